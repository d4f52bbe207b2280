#include "change/snapshots.hpp"

#include <fmt/format.h>

#include <vector>

#include "change/bitmaps_in_use.hpp"
#include "change/snapshot_table.hpp"
#include "change/state/allocation.hpp"
#include "change/state/copied_flags.hpp"
#include "change/state/refcounts.hpp"
#include "change/state/tables.hpp"
#include "format/rounding.hpp"
#include "format/table_window.hpp"

namespace qcow2::change {

namespace {

/// One reference more, or less, for everything that a snapshot's table, or the active one, reaches.
Result<void> add_reached(State& state, const L1Table& table) {
  Result<void> added;
  for_each_reference(state, table, [&](const HostRange& range) {
    if (added) added = add_references(state, range.offset, range.length);
  });
  return added;
}

void drop_reached(State& state, const L1Table& table) {
  for_each_reference(state, table, [&](const HostRange& range) { drop_references(state, range.offset, range.length); });
}

void drop_l1_table(State& state, const L1Table& table) {
  drop_references(state, table.offset, table.entries * table_entry_size);
}

/// A copy in host clusters of its own; offset 0 where there are no entries.
Result<L1Table> copy_l1_table(State& state, const L1Table& table, std::uint64_t entries) {
  if (entries == 0) return L1Table{};
  std::vector<std::byte> bytes(round_up(entries * table_entry_size, state.cluster_size()));
  state.store->read_at(table.offset, std::span(bytes).first(table.entries * table_entry_size));
  const auto place = allocate_clusters(state, bytes.size() / state.cluster_size());
  if (!place) return tl::unexpected(place.error());
  state.store->write_at(*place, bytes);
  return L1Table{*place, entries};
}

L1Table l1_table_of(const Snapshot& snapshot) { return {snapshot.l1_table_offset, snapshot.l1_size}; }

}  // namespace

Result<void> create_snapshot(State& state, const std::string& name) {
  const auto free = judge_new_name(state, name);
  if (!free) return tl::unexpected(free.error());
  const L1Table active = active_l1_table(state);
  const auto copy = copy_l1_table(state, active, active.entries);
  if (!copy) return tl::unexpected(copy.error());
  // [modify-snapshots] from here on the snapshot owns what it reaches
  if (auto added = add_reached(state, *copy); !added) return added;
  set_copied_flags(state);  // what was the active state's alone no longer is
  return append_snapshot(state, name, *copy);
}

Result<void> apply_snapshot(State& state, const std::string& wanted) {
  const auto snapshot = find_snapshot(state, wanted);
  if (!snapshot) return tl::unexpected(snapshot.error());
  const L1Table old = active_l1_table(state);
  const std::uint64_t size = snapshot->virtual_size.value_or(state.header().virtual_size);
  // Nothing is handed out meanwhile, so what comes down to 0 and up again keeps its bytes.
  drop_reached(state, old);
  if (auto added = add_reached(state, l1_table_of(*snapshot)); !added) return added;
  const std::uint64_t reach = std::uint64_t{1} << state.image.l2_reach_bits();
  const std::uint64_t entries = std::max<std::uint64_t>(snapshot->l1_size, divide_up(size, reach));
  const auto copy = copy_l1_table(state, l1_table_of(*snapshot), entries);
  if (!copy) return tl::unexpected(copy.error());
  if (size != state.header().virtual_size) mark_bitmaps_in_use(state, BitmapsConcerned::all);
  store_field(state, field::l1_table_offset, copy->offset.value);
  store_field(state, field::l1_size, static_cast<std::uint32_t>(copy->entries));
  store_field(state, field::virtual_size, size);
  reload_header(state);
  drop_l1_table(state, old);
  set_copied_flags(state);
  return {};
}

Result<void> delete_snapshot(State& state, const std::string& wanted) {
  const auto snapshot = find_snapshot(state, wanted);
  if (!snapshot) return tl::unexpected(snapshot.error());
  if (auto removed = remove_snapshot(state, *snapshot); !removed) return removed;
  drop_reached(state, l1_table_of(*snapshot));
  drop_l1_table(state, l1_table_of(*snapshot));
  set_copied_flags(state);
  return {};
}

}  // namespace qcow2::change
