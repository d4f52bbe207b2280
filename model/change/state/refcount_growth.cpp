#include "change/state/refcount_growth.hpp"

#include <fmt/format.h>

#include <vector>

#include "change/state/refcounts.hpp"
#include "format/refcount.hpp"
#include "format/rounding.hpp"

namespace qcow2::change {

namespace {

constexpr std::uint64_t table_length_max = 8 << 20;  // what QEMU reads

struct Growth {
  std::uint64_t table_clusters = 1;
  std::uint64_t blocks = 1;
};

/// What has to be added where the table ends with entry `entries`: blocks that count the new table and themselves.
Growth growth_from(const State& state, std::uint64_t entries) {
  for (Growth growth;;) {
    growth.table_clusters = divide_up((entries + growth.blocks) * table_entry_size, state.cluster_size());
    const std::uint64_t needed = divide_up(growth.table_clusters + growth.blocks, block_entries(state));
    if (needed <= growth.blocks) return growth;
    growth.blocks = needed;
  }
}

/// A longer table in the first host clusters that the old one cannot count: with that they are free.
Result<void> lengthen_table(State& state) {
  const std::uint64_t entries = table_entries(state);
  const Growth growth = growth_from(state, entries);
  if (growth.table_clusters * state.cluster_size() > table_length_max) {
    return refuse(rule::refcount_lookup, {.host_offset = state.header().refcount_table_offset.value},
                  fmt::format("the file would need a refcount table of {} clusters", growth.table_clusters));
  }
  const std::uint64_t first = entries * block_entries(state);
  const std::uint64_t first_block = first + growth.table_clusters;
  const HostOffset old_table = state.header().refcount_table_offset;
  std::vector<std::byte> table(growth.table_clusters * state.cluster_size());
  state.store->read_at(old_table, std::span(table).first(entries * table_entry_size));
  for (std::uint64_t i = 0; i < growth.blocks; ++i) {
    store_zeros(state, state.place_of(first_block + i));
    store_big_endian(std::span(table), (entries + i) * table_entry_size, state.place_of(first_block + i).value);
  }
  state.store->write_at(state.place_of(first), table);
  store_field(state, field::refcount_table_offset, state.place_of(first).value);
  store_field(state, field::refcount_table_clusters, static_cast<std::uint32_t>(growth.table_clusters));
  reload_header(state);
  for (std::uint64_t cluster = first; cluster < first_block + growth.blocks; ++cluster) set_refcount(state, cluster, 1);
  drop_references(state, old_table, entries * table_entry_size);
  return {};
}

}  // namespace

Result<void> make_room_for_count(State& state, std::uint64_t host_cluster) {
  const std::uint64_t index = host_cluster / block_entries(state);
  if (index >= table_entries(state)) return lengthen_table(state);
  const HostOffset block = state.place_of(host_cluster);
  store_zeros(state, block);
  store_number(state, state.header().refcount_table_offset + index * table_entry_size, block.value);
  set_refcount(state, host_cluster, 1);
  return {};
}

}  // namespace qcow2::change
