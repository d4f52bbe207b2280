#include "change/prepare.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "change/bitmaps_in_use.hpp"
#include "change/state/invariants.hpp"
#include "change/state/refcounts.hpp"
#include "check/count_use.hpp"
#include "format/refcount.hpp"
#include "repair/repair.hpp"
#include "repair/repair_fields.hpp"
#include "repair/repair_proof.hpp"

namespace qcow2::change {

namespace {

constexpr std::uint64_t virtual_size_max = std::uint64_t{1} << 63;

/// What this program must not, or cannot, write to.
Result<void> judge(const Header& header) {
  // [modify-corrupt-bit] "A program does not change an image whose corrupt bit is set"
  if (header.has(incompatible::corrupt)) {
    return refuse(rule::modify_corrupt_bit, {.host_offset = field::incompatible_features.at},
                  "the corrupt bit is set: the image must be repaired before it is changed");
  }
  if (header.has(incompatible::external_data_file)) {
    return refuse(rule::external_data_file, {}, "this program does not change images with an external data file");
  }
  if (header.virtual_size > virtual_size_max) {
    return refuse(rule::l1_table, {.host_offset = field::virtual_size.at},
                  fmt::format("a disk of {} bytes is too large for this program to change", header.virtual_size));
  }
  return {};
}

/// Whether the refcounts must be made right before one of them is relied on.
bool needs_repair(const Image& image) {
  // [modify-dirty-bit] "its refcounts are counted anew before anything is changed"
  if (image.header.has(incompatible::dirty)) return true;
  // [modify-raised-field] an extent that was not counted is found here, before it is freed
  return check(image, {}, [](const Finding&) {}).corruptions > 0;
}

Result<void> make_counts_right(const Image& image, ByteStore& copy) {
  if (!needs_repair(image)) return {};
  const auto repaired = repair(image, copy);
  if (!repaired) return tl::unexpected(repaired.error());
  const auto after = open_image(copy);
  if (!after) return tl::unexpected(after.error());
  return reads_as_before(image, *after);
}

/// [modify-autoclear] "clears the bits of autoclear_features that it does not know"
void clear_unknown_autoclear_features(State& state) {
  if (state.header().version < 3) return;
  store_field(state, field::autoclear_features, state.header().autoclear_features & autoclear::known);
  reload_header(state);
}

/// Where the file has no bytes and nothing refers to, a host cluster is free, whatever its refcount says. Once the file
/// is longer, it would be leaked.
void forget_counts_past_end(State& state, const CheckSummary& found) {
  StoredRefcounts stored(state.image);
  std::uint64_t cluster = std::max(file_clusters(state.image), state.cluster_of({found.image_end_offset}));
  for (const std::uint64_t end = table_entries(state) * block_entries(state); cluster < end;) {
    const CountRun run = stored.run_at(cluster);
    const std::uint64_t run_end = std::min(run.end, end);
    for (; run.count != 0 && cluster < run_end; ++cluster) set_refcount(state, cluster, 0);
    cluster = run_end;
  }
}

}  // namespace

Result<State> prepare(const Image& image, ByteStore& copy, const GuestSource* backing) {
  if (auto judged = judge(image.header); !judged) return tl::unexpected(std::move(judged.error()));
  if (auto judged = judge_growth(image); !judged) return tl::unexpected(std::move(judged.error()));
  if (auto right = make_counts_right(image, copy); !right) return tl::unexpected(std::move(right.error()));
  auto opened = open_image(copy);
  if (!opened) return tl::unexpected(std::move(opened.error()));
  State state;
  state.store = &copy;
  state.image = std::move(*opened);
  state.backing = backing;
  clear_unknown_autoclear_features(state);
  mark_bitmaps_in_use(state, BitmapsConcerned::automatic);
  const auto found = judge_corruptions(state);
  if (!found) return tl::unexpected(found.error());
  forget_counts_past_end(state, *found);
  state.leaks = found->leaks;
  return state;
}

}  // namespace qcow2::change
