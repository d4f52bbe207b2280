#include "repair/repair.hpp"

#include <array>

#include "check/check.hpp"
#include "format/header_fields.hpp"
#include "repair/certainty.hpp"
#include "repair/overlap.hpp"
#include "repair/repair_fields.hpp"
#include "repair/repair_refcounts.hpp"

namespace qcow2 {

namespace {

/// Features that a program clears when it does not know them may have clusters that nobody here counts.
Result<void> judge_features(const Header& header) {
  if ((header.autoclear_features & ~autoclear::known) == 0) return {};
  return refuse(rule::header_incompatible_features, {.host_offset = field::autoclear_features.at},
                "unknown autoclear features may use host clusters that no refcount covers");
}

void clear_marks(ByteStore& copy, const Header& header, std::uint64_t marks) {
  std::array<std::byte, header_length_v3> fields{};
  copy.read_at({0}, fields);
  field::incompatible_features.store(fields, header.incompatible_features & ~marks);
  copy.write_at({0}, fields);
}

/// The dirty bit says that refcounts are not to be believed, which is over now. The corrupt bit says that of any table:
/// it stays while a deep check finds a corruption.
Result<void> repair_marks(ByteStore& copy, RepairSummary& summary) {
  const auto image = open_image(copy);
  if (!image) return tl::unexpected(image.error());
  const Header& header = image->header;
  if (!header.has(incompatible::dirty | incompatible::corrupt)) return {};
  summary.dirty_cleared = header.has(incompatible::dirty);
  summary.corrupt_cleared =
      header.has(incompatible::corrupt) && check(*image, {.deep = true}, [](const Finding&) {}).corruptions == 0;
  const std::uint64_t marks =
      incompatible::dirty | (summary.corrupt_cleared ? incompatible::corrupt : std::uint64_t{0});
  if (summary.dirty_cleared || summary.corrupt_cleared) clear_marks(copy, header, marks);
  return {};
}

}  // namespace

Result<RepairSummary> repair(const Image& image, ByteStore& copy) {
  if (auto judged = judge_certainty(image); !judged) return tl::unexpected(std::move(judged.error()));
  RepairSummary summary;
  if (auto done = repair_size_fields(image, copy, summary); !done) return tl::unexpected(std::move(done.error()));
  if (auto done = repair_refcounts(copy, summary); !done) return tl::unexpected(std::move(done.error()));
  if (auto done = repair_marks(copy, summary); !done) return tl::unexpected(std::move(done.error()));
  if (!summary.changed()) return summary;
  if (auto judged = judge_overlap(image); !judged) return tl::unexpected(std::move(judged.error()));
  if (auto judged = judge_features(image.header); !judged) return tl::unexpected(std::move(judged.error()));
  return summary;
}

}  // namespace qcow2
