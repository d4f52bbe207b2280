#include "change/snapshot_table.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <vector>

#include "change/state/allocation.hpp"
#include "change/state/refcounts.hpp"
#include "format/rounding.hpp"

namespace qcow2::change {

namespace {

using Bytes = std::vector<std::byte>;

constexpr std::size_t fixed_size = 40;
constexpr std::size_t extra_size = 16;  // what version 3 obliges to: the machine state's length, and the disk's
constexpr std::size_t name_length_max = 0xffff;

tl::unexpected<Violation> refuse_snapshot(const State& state, std::string what) {
  return refuse(rule::snapshot_tables, {.host_offset = state.header().snapshots_offset.value}, std::move(what));
}

/// Each entry as it stands.
std::vector<Bytes> entries_of(const State& state, const SnapshotTable& table) {
  std::vector<Bytes> entries;
  for (const Snapshot& snapshot : table.snapshots) {
    state.store->read_at(snapshot.entry, entries.emplace_back(snapshot.entry_length));
  }
  return entries;
}

/// A new table in the place of the old one, which is freed; none where there are no entries.
Result<void> store_table(State& state, const std::vector<Bytes>& entries, std::uint64_t old_length) {
  Bytes table;
  for (const Bytes& entry : entries) {
    table.resize(round_up(table.size(), 8));
    table.insert(table.end(), entry.begin(), entry.end());
  }
  if (table.size() > snapshot_table_length_max) return refuse_snapshot(state, "the snapshot table would be too long");
  const HostOffset old = state.header().snapshots_offset;
  HostOffset place;
  if (!entries.empty()) {
    table.resize(round_up(table.size(), state.cluster_size()));
    const auto allocated = allocate_clusters(state, table.size() / state.cluster_size());
    if (!allocated) return tl::unexpected(allocated.error());
    place = *allocated;
    state.store->write_at(place, table);
  }
  store_field(state, field::snapshot_count, static_cast<std::uint32_t>(entries.size()));
  store_field(state, field::snapshots_offset, place.value);
  reload_header(state);
  drop_references(state, old, old_length);
  return {};
}

/// One more than the largest id that is a number.
std::string next_id(const std::vector<Snapshot>& snapshots) {
  std::uint32_t largest = 0;
  for (const Snapshot& snapshot : snapshots) {
    std::uint32_t id = 0;
    std::from_chars(snapshot.id.data(), snapshot.id.data() + snapshot.id.size(), id);
    largest = std::max(largest, id);
  }
  return std::to_string(std::uint64_t{largest} + 1);
}

Bytes new_entry(const std::string& id, const std::string& name, const L1Table& table, std::uint64_t virtual_size) {
  Bytes entry(fixed_size + extra_size);
  const std::span bytes(entry);
  store_big_endian(bytes, 0, table.offset.value);
  store_big_endian(bytes, 8, static_cast<std::uint32_t>(table.entries));
  store_big_endian(bytes, 12, static_cast<std::uint16_t>(id.size()));
  store_big_endian(bytes, 14, static_cast<std::uint16_t>(name.size()));
  store_big_endian(bytes, 36, static_cast<std::uint32_t>(extra_size));
  store_big_endian(bytes, fixed_size + 8, virtual_size);
  for (const std::string& text : {id, name}) {
    const auto letters = std::as_bytes(std::span(text));
    entry.insert(entry.end(), letters.begin(), letters.end());
  }
  return entry;
}

}  // namespace

Result<void> judge_new_name(const State& state, const std::string& name) {
  const auto table = read_snapshot_table(state.image);
  if (!table) return tl::unexpected(table.error());
  if (name.empty() || name.size() > name_length_max)
    return refuse_snapshot(state, "a snapshot's name has 1 to 65535 bytes");
  if (std::ranges::find(table->snapshots, name, &Snapshot::name) != table->snapshots.end()) {
    return refuse_snapshot(state, fmt::format("there is a snapshot '{}' already", name));
  }
  if (table->snapshots.size() == snapshot_count_max) return refuse_snapshot(state, "there are too many snapshots");
  return {};
}

Result<Snapshot> find_snapshot(const State& state, const std::string& wanted) {
  const auto table = read_snapshot_table(state.image);
  if (!table) return tl::unexpected(table.error());
  for (const auto field : {&Snapshot::id, &Snapshot::name}) {
    const auto found = std::ranges::find(table->snapshots, wanted, field);
    if (found != table->snapshots.end()) return *found;
  }
  return refuse_snapshot(state, fmt::format("there is no snapshot '{}'", wanted));
}

Result<void> append_snapshot(State& state, const std::string& name, const L1Table& table) {
  const auto snapshots = read_snapshot_table(state.image);
  if (!snapshots) return tl::unexpected(snapshots.error());
  auto entries = entries_of(state, *snapshots);
  entries.push_back(new_entry(next_id(snapshots->snapshots), name, table, state.header().virtual_size));
  return store_table(state, entries, snapshots->length);
}

Result<void> remove_snapshot(State& state, const Snapshot& snapshot) {
  const auto snapshots = read_snapshot_table(state.image);
  if (!snapshots) return tl::unexpected(snapshots.error());
  auto entries = entries_of(state, *snapshots);
  for (std::size_t i = 0; i < entries.size(); ++i) {
    if (snapshots->snapshots[i].entry != snapshot.entry) continue;
    entries.erase(entries.begin() + static_cast<std::ptrdiff_t>(i));
    return store_table(state, entries, snapshots->length);
  }
  return {};
}

}  // namespace qcow2::change
