#include "repair/repair.hpp"

#include <array>

#include "check/check.hpp"
#include "format/header_fields.hpp"
#include "repair/repair_fields.hpp"
#include "repair/repair_refcounts.hpp"

namespace qcow2 {

namespace {

constexpr std::uint64_t marks = incompatible::dirty | incompatible::corrupt;

/// Features that are to be cleared by who does not know them may have clusters that nobody here counts.
Result<void> judge_features(const Header& header) {
  constexpr std::uint64_t known = 1 << 0;  // bitmaps
  if ((header.autoclear_features & ~known) == 0) return {};
  return refuse(rule::header_incompatible_features, {.host_offset = field::autoclear_features.at},
                "unknown autoclear features may use clusters that nobody counts");
}

/// [dirty-corrupt-bits] Both say that refcounts or tables are not to be believed, which is over.
Result<bool> clear_marks(ByteStore& copy) {
  const auto image = open_image(copy);
  if (!image) return tl::unexpected(image.error());
  if (!image->header.has(marks)) return false;
  if (check(*image, {.deep = true}, [](const Finding&) {}).corruptions > 0) return false;
  std::array<std::byte, header_length_v3> fields{};
  copy.read_at({0}, fields);
  field::incompatible_features.store(fields, image->header.incompatible_features & ~marks);
  copy.write_at({0}, fields);
  return true;
}

}  // namespace

Result<RepairSummary> repair(const Image& image, ByteStore& copy) {
  RepairSummary summary;
  if (auto done = repair_size_fields(image, copy, summary); !done) return tl::unexpected(done.error());
  if (auto done = repair_refcounts(copy, summary); !done) return tl::unexpected(done.error());
  const auto cleared = clear_marks(copy);
  if (!cleared) return tl::unexpected(cleared.error());
  summary.marks_cleared = *cleared;
  if (auto judged = judge_features(image.header); !judged && summary.changed()) return tl::unexpected(judged.error());
  return summary;
}

}  // namespace qcow2
