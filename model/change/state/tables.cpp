#include "change/state/tables.hpp"

#include <vector>

#include "change/state/allocation.hpp"
#include "change/state/refcounts.hpp"
#include "check/table_walk.hpp"

namespace qcow2::change {

namespace {

HostOffset l1_entry_place(const State& state, std::uint64_t l1_index) {
  return state.header().l1_table_offset + l1_index * table_entry_size;
}

/// The active L2 table, which nobody else has: a new one, or a copy, where it is not so yet.
Result<HostOffset> own_l2_table(State& state, std::uint64_t l1_index) {
  const HostOffset place = l1_entry_place(state, l1_index);
  const std::uint64_t l1_entry = load_number(state, place);
  const HostOffset shared = table_offset(l1_entry);
  if ((l1_entry & copied_flag) != 0) return shared;
  const auto own = allocate_clusters(state, 1);
  if (!own) return own;
  std::vector<std::byte> entries(state.cluster_size());
  if (shared.value != 0) state.store->read_at(shared, entries);
  state.store->write_at(*own, entries);
  store_number(state, place, own->value | copied_flag);
  // What the entries refer to is counted as before: once for the copy, and once less for the other.
  if (shared.value != 0) drop_references(state, shared, state.cluster_size());
  return own;
}

HostOffset entry_place(const State& state, HostOffset table, std::uint64_t guest_cluster) {
  return table + (guest_cluster % state.image.l2_entries() << state.image.l2_entry_bits());
}

L2Entry load_entry_at(const State& state, HostOffset at) {
  L2Entry entry{load_number(state, at)};
  if (state.image.entry_format().extended) entry.bitmap = load_number(state, at + 8);
  return entry;
}

void drop_references(State& state, const L2Entry& entry) {
  if (const auto named = named_by(state, entry)) drop_references(state, named->offset, named->length);
}

}  // namespace

std::optional<HostRange> named_by(const State& state, const L2Entry& entry) {
  if ((entry.entry & compressed_flag) != 0) {
    const Descriptor descriptor = decode_descriptor(entry.entry, state.header().cluster_bits);
    return HostRange{descriptor.host_offset, available_bytes(descriptor)};
  }
  const HostOffset cluster = table_offset(entry.entry);
  if (cluster.value == 0) return std::nullopt;
  return HostRange{cluster, state.cluster_size()};
}

L1Table active_l1_table(const State& state) { return {state.header().l1_table_offset, state.header().l1_size}; }

HostOffset l2_table(const State& state, const L1Table& table, std::uint64_t l1_index) {
  return table_offset(load_number(state, table.offset + l1_index * table_entry_size));
}

void for_each_reference(const State& state, const L1Table& table, const std::function<void(const HostRange&)>& visit) {
  const std::uint64_t cluster_size = state.cluster_size();
  for_each_entry(*state.store, table.offset, table.offset + table.entries * table_entry_size, 3,
                 [&](HostOffset, const L2Entry& l1_entry) {
                   const HostOffset l2 = table_offset(l1_entry.entry);
                   visit({l2, cluster_size});
                   for_each_entry(*state.store, l2, l2 + cluster_size, state.image.l2_entry_bits(),
                                  [&](HostOffset, const L2Entry& entry) {
                                    if (const auto named = named_by(state, entry)) visit(*named);
                                  });
                 });
}

L2Entry load_entry(const State& state, const L1Table& table, std::uint64_t guest_cluster) {
  const std::uint64_t l1_index = guest_cluster / state.image.l2_entries();
  if (l1_index >= table.entries) return {};
  const HostOffset l2 = l2_table(state, table, l1_index);
  return l2.value == 0 ? L2Entry{} : load_entry_at(state, entry_place(state, l2, guest_cluster));
}

L2Entry load_entry(const State& state, std::uint64_t guest_cluster) {
  return load_entry(state, active_l1_table(state), guest_cluster);
}

Result<void> store_entry(State& state, std::uint64_t guest_cluster, const L2Entry& entry) {
  const auto table = own_l2_table(state, guest_cluster / state.image.l2_entries());
  if (!table) return tl::unexpected(table.error());
  const HostOffset at = entry_place(state, *table, guest_cluster);
  store_number(state, at, entry.entry);
  if (state.image.entry_format().extended) store_number(state, at + 8, entry.bitmap);
  return {};
}

Result<void> replace_entry(State& state, std::uint64_t guest_cluster, const L2Entry& entry) {
  const L2Entry before = load_entry(state, guest_cluster);
  if (auto stored = store_entry(state, guest_cluster, entry); !stored) return stored;
  drop_references(state, before);
  return {};
}

void drop_l2_table(State& state, std::uint64_t l1_index) {
  const HostOffset table = l2_table(state, active_l1_table(state), l1_index);
  if (table.value == 0) return;
  const std::uint64_t first = l1_index * state.image.l2_entries();
  for (std::uint64_t i = 0; i < state.image.l2_entries(); ++i) drop_references(state, load_entry(state, first + i));
  store_number(state, l1_entry_place(state, l1_index), 0);
  drop_references(state, table, state.cluster_size());
}

std::uint64_t next_with_table(const State& state, std::uint64_t guest_cluster, std::uint64_t end) {
  const std::uint64_t l2_entries = state.image.l2_entries();
  const L1Table table = active_l1_table(state);
  while (guest_cluster < end && l2_table(state, table, guest_cluster / l2_entries).value == 0) {
    guest_cluster = (guest_cluster / l2_entries + 1) * l2_entries;
  }
  return std::min(guest_cluster, end);
}

bool is_empty(const L2Entry& entry) { return entry.entry == 0 && entry.bitmap == 0; }

}  // namespace qcow2::change
