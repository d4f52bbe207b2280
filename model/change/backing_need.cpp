#include "change/backing_need.hpp"

#include <fmt/format.h>

#include "change/state/tables.hpp"
#include "format/rounding.hpp"
#include "format/snapshot.hpp"

namespace qcow2::change {

bool takes_from_backing(const State& state, const L2Entry& entry) {
  if ((entry.entry & compressed_flag) != 0) return false;
  if (!state.image.entry_format().extended) return is_empty(entry);
  return static_cast<std::uint32_t>(entry.bitmap | entry.bitmap >> 32) != ~std::uint32_t{0};
}

Result<void> judge_snapshots_take_nothing(const State& state) {
  if (state.header().snapshot_count == 0) return {};
  const auto table = read_snapshot_table(state.image);
  if (!table) return tl::unexpected(table.error());
  for (const Snapshot& snapshot : table->snapshots) {
    const std::uint64_t size = snapshot.virtual_size.value_or(state.header().virtual_size);
    const std::uint64_t end = divide_up(size, state.cluster_size());
    const L1Table disk{snapshot.l1_table_offset, snapshot.l1_size};
    for (std::uint64_t cluster = 0; cluster < end; ++cluster) {
      if (!takes_from_backing(state, load_entry(state, disk, cluster))) continue;
      return refuse(rule::modify_guest_bytes,
                    {.guest_offset = cluster * state.cluster_size(), .host_offset = snapshot.entry.value},
                    fmt::format("the snapshot '{}' takes this cluster from the backing file", snapshot.name));
    }
  }
  return {};
}

}  // namespace qcow2::change
