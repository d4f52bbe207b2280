#include "change/backing_need.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <set>

#include "change/state/tables.hpp"
#include "format/rounding.hpp"
#include "format/snapshot.hpp"

namespace qcow2::change {

bool takes_from_backing(const State& state, const L2Entry& entry) {
  if ((entry.entry & compressed_flag) != 0) return false;
  if (!state.image.entry_format().extended) return is_empty(entry);
  return static_cast<std::uint32_t>(entry.bitmap | entry.bitmap >> 32) != ~std::uint32_t{0};
}

namespace {

/// The first guest cluster of the disk that takes from the backing file. An L2 table is looked at once, however many L1
/// entries name it.
std::optional<std::uint64_t> first_taken(const State& state, const L1Table& disk, std::uint64_t end) {
  const std::uint64_t l2_entries = state.image.l2_entries();
  std::set<std::uint64_t> seen;
  for (std::uint64_t first = 0; first < end; first += l2_entries) {
    const std::uint64_t l1_index = first / l2_entries;
    if (l1_index < disk.entries && !seen.insert(l2_table(state, disk, l1_index).value).second) continue;
    for (std::uint64_t cluster = first; cluster < std::min(end, first + l2_entries); ++cluster) {
      if (takes_from_backing(state, load_entry(state, disk, cluster))) return cluster;
    }
  }
  return std::nullopt;
}

}  // namespace

Result<void> judge_snapshots_take_nothing(const State& state) {
  if (state.header().snapshot_count == 0) return {};
  const auto table = read_snapshot_table(state.image);
  if (!table) return tl::unexpected(table.error());
  for (const Snapshot& snapshot : table->snapshots) {
    const std::uint64_t size = snapshot.virtual_size.value_or(state.header().virtual_size);
    const std::uint64_t end = divide_up(size, state.cluster_size());
    const auto taken = first_taken(state, {snapshot.l1_table_offset, snapshot.l1_size}, end);
    if (!taken) continue;
    return refuse(rule::modify_guest_bytes,
                  {.guest_offset = *taken * state.cluster_size(), .host_offset = snapshot.entry.value},
                  fmt::format("the snapshot '{}' takes this cluster from the backing file", snapshot.name));
  }
  return {};
}

}  // namespace qcow2::change
