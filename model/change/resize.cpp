#include "change/resize.hpp"

#include <fmt/format.h>

#include <vector>

#include "change/bitmaps_in_use.hpp"
#include "change/state/allocation.hpp"
#include "change/state/refcounts.hpp"
#include "change/state/tables.hpp"
#include "change/write.hpp"
#include "format/rounding.hpp"
#include "format/snapshot.hpp"
#include "format/table_window.hpp"

namespace qcow2::change {

namespace {

constexpr std::uint64_t l1_length_max = 32 << 20;  // what QEMU reads

/// A snapshot that does not say how long its disk was has the length that the header says.
Result<void> judge_snapshots(const State& state) {
  const auto table = read_snapshot_table(state.image);
  if (!table) return tl::unexpected(table.error());
  for (const Snapshot& snapshot : table->snapshots) {
    if (!snapshot.virtual_size) {
      return refuse(rule::snapshot_tables, {.host_offset = state.header().snapshots_offset.value},
                    fmt::format("snapshot '{}' does not state the size of its disk", snapshot.name));
    }
  }
  return {};
}

/// Frees every guest cluster from `first` on, those beyond the virtual size too.
Result<void> drop_clusters(State& state, std::uint64_t first) {
  const std::uint64_t l2_entries = state.image.l2_entries();
  const std::uint64_t end = active_l1_table(state).entries * l2_entries;
  for (std::uint64_t cluster = next_with_table(state, first, end); cluster < end;
       cluster = next_with_table(state, cluster, end)) {
    if (cluster % l2_entries == 0) {
      drop_l2_table(state, cluster / l2_entries);
      cluster += l2_entries;
      continue;
    }
    if (!is_empty(load_entry(state, cluster))) {
      if (auto replaced = replace_entry(state, cluster, {}); !replaced) return replaced;
    }
    cluster += 1;
  }
  return {};
}

/// Moves the L1 table to where it can have so many entries.
Result<void> lengthen_l1_table(State& state, std::uint64_t entries) {
  const L1Table old = active_l1_table(state);
  if (entries <= old.entries) return {};
  const std::uint64_t length = entries * table_entry_size;
  if (length > l1_length_max) {
    return refuse(rule::l1_table, {}, fmt::format("the disk would need an L1 table of {} entries", entries));
  }
  const auto place = allocate_clusters(state, divide_up(length, state.cluster_size()));
  if (!place) return tl::unexpected(place.error());
  std::vector<std::byte> table(round_up(length, state.cluster_size()));
  state.store->read_at(old.offset, std::span(table).first(old.entries * table_entry_size));
  state.store->write_at(*place, table);
  store_field(state, field::l1_table_offset, place->value);
  store_field(state, field::l1_size, static_cast<std::uint32_t>(entries));
  reload_header(state);
  drop_references(state, old.offset, old.entries * table_entry_size);
  return {};
}

/// Whatever the last cluster hides after the old end, and the backing file has there, the guest has never written.
Result<void> zero_what_is_uncovered(State& state, std::uint64_t before) {
  const std::uint64_t backed = state.backing == nullptr ? 0 : state.backing->size();
  const std::uint64_t other = std::max(round_up(before, state.cluster_size()), backed);
  const std::uint64_t end = std::min(other, state.header().virtual_size);
  return end > before ? write_zeroes(state, {before}, end - before) : Result<void>();
}

}  // namespace

Result<void> resize(State& state, std::uint64_t size) {
  const std::uint64_t before = state.header().virtual_size;
  if (size == before) return {};
  if (auto judged = judge_snapshots(state); !judged) return judged;
  // [modify-no-stale-bytes] "does not come back"
  if (auto dropped = drop_clusters(state, divide_up(std::min(size, before), state.cluster_size())); !dropped) {
    return dropped;
  }
  const std::uint64_t reach = std::uint64_t{1} << state.image.l2_reach_bits();
  if (auto moved = lengthen_l1_table(state, divide_up(size, reach)); !moved) return moved;
  mark_bitmaps_in_use(state, BitmapsConcerned::all);
  store_field(state, field::virtual_size, size);
  reload_header(state);
  return zero_what_is_uncovered(state, before);
}

}  // namespace qcow2::change
