#include "change/state/clusters.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "change/state/allocation.hpp"
#include "change/state/tables.hpp"
#include "format/rounding.hpp"
#include "read/reader.hpp"

namespace qcow2::change {

namespace {

constexpr std::uint64_t zero_flag = 1;
constexpr std::uint64_t all_subclusters_allocated = low_bits(32);
constexpr std::uint64_t all_subclusters_zero = low_bits(32) << 32;

/// Whether new bytes may go where the old ones are.
bool is_own(const State& state, const L2Entry& entry) {
  // [modify-never-in-place] "A write to a compressed cluster does not overwrite bytes in place that another entry or a
  // snapshot uses"
  return kind(entry, state.image.entry_format()) == Kind::standard && (entry.entry & copied_flag) != 0;
}

L2Entry standard_entry(const State& state, HostOffset cluster) {
  const bool extended = state.image.entry_format().extended;
  return {cluster.value | copied_flag, extended ? all_subclusters_allocated : 0};
}

L2Entry zero_entry(const State& state) {
  return state.image.entry_format().extended ? L2Entry{0, all_subclusters_zero} : L2Entry{zero_flag, 0};
}

}  // namespace

Result<void> read_cluster(const State& state, std::uint64_t guest_cluster, std::span<std::byte> content) {
  Image whole = state.image;
  whole.header.virtual_size = round_up(whole.header.virtual_size, state.cluster_size());
  Scratch scratch;
  return Reader(whole, state.backing).read({guest_cluster * state.cluster_size()}, content, scratch);
}

Result<void> write_cluster(State& state, std::uint64_t guest_cluster, std::span<const std::byte> content) {
  const L2Entry before = load_entry(state, guest_cluster);
  if (is_own(state, before)) {
    const HostOffset cluster = table_offset(before.entry);
    state.store->write_at(cluster, content);
    return store_entry(state, guest_cluster,
                       standard_entry(state, cluster));  // subclusters from elsewhere are here now
  }
  const auto cluster = allocate_clusters(state, 1);
  if (!cluster) return tl::unexpected(cluster.error());
  state.store->write_at(*cluster, content);
  return replace_entry(state, guest_cluster, standard_entry(state, *cluster));
}

Result<void> zero_cluster(State& state, std::uint64_t guest_cluster) {
  const bool backed = !state.header().backing_file.empty();
  const L2Entry before = load_entry(state, guest_cluster);
  if (is_empty(before) && !backed) return {};
  // [modify-write-zeroes] version 2 has no entry that says zeros
  if (state.header().version == 2) {
    return backed ? write_cluster(state, guest_cluster, std::vector<std::byte>(state.cluster_size()))
                  : replace_entry(state, guest_cluster, {});
  }
  return replace_entry(state, guest_cluster, zero_entry(state));
}

Part part_at(const State& state, GuestOffset offset, std::uint64_t length, std::uint64_t done) {
  const std::uint64_t cluster_size = state.cluster_size();
  const std::uint64_t at = offset.value + done;
  const std::uint64_t begin = at % cluster_size;
  const std::uint64_t end = std::min(cluster_size, begin + (length - done));
  const std::uint64_t visible = std::min(cluster_size, state.header().virtual_size - (at - begin));
  return {at / cluster_size, static_cast<std::size_t>(begin), static_cast<std::size_t>(end), done,
          begin == 0 && end >= visible};
}

Result<void> judge_range(const State& state, GuestOffset offset, std::uint64_t length) {
  const std::uint64_t size = state.header().virtual_size;
  if (offset.value <= size && length <= size - offset.value) return {};
  return refuse(
      rule::range_past_end, {.guest_offset = offset.value},
      fmt::format("{} bytes at {:#x} reach past the end of the disk, which has {} bytes", length, offset.value, size));
}

}  // namespace qcow2::change
