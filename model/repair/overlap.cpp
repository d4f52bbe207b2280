#include "repair/overlap.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>
#include <utility>
#include <vector>

#include "check/table_walk.hpp"
#include "format/bitmap.hpp"
#include "format/snapshot.hpp"

namespace qcow2 {

namespace {

struct Table {
  std::uint64_t begin = 0;
  std::uint64_t end = 0;
  std::string_view name;
};

void add(std::vector<Table>& tables, HostOffset offset, std::uint64_t length, std::string_view name) {
  if (length > 0) tables.push_back({offset.value, offset.value + length, name});
}

void add_bitmaps(std::vector<Table>& tables, const Image& image) {
  if (!has_bitmaps(image.header)) return;
  const auto directory = read_bitmap_directory(image);
  if (!directory) return;  // refused elsewhere
  add(tables, directory->offset, directory->length, "the bitmap directory");
  for (const Bitmap& bitmap : directory->bitmaps) {
    add(tables, bitmap.table, bitmap.table_entries * table_entry_size, "a bitmap table");
  }
}

std::vector<Table> tables_of(const Image& image, const SnapshotTable& snapshots) {
  constexpr std::string_view l1_of_snapshot = "a snapshot's L1 table";
  std::vector<Table> tables;
  add(tables, {0}, image.header.cluster_size(), "the header");
  add(tables, image.header.l1_table_offset, image.header.l1_size * table_entry_size, "the L1 table");
  add(tables, image.header.snapshots_offset, snapshots.length, "the snapshot table");
  std::vector<Table> l1_tables_of_snapshots;
  for (const Snapshot& snapshot : snapshots.snapshots) {
    add(l1_tables_of_snapshots, snapshot.l1_table_offset, snapshot.l1_size * table_entry_size, l1_of_snapshot);
  }
  std::ranges::sort(l1_tables_of_snapshots, {}, [](const Table& table) { return std::pair(table.begin, table.end); });
  const auto same = [](const Table& a, const Table& b) { return a.begin == b.begin && a.end == b.end; };
  const auto end = std::unique(l1_tables_of_snapshots.begin(), l1_tables_of_snapshots.end(), same);
  tables.insert(tables.end(), l1_tables_of_snapshots.begin(), end);
  for (const std::uint64_t l2_table : l2_tables(image, l1_tables(image, snapshots))) {
    add(tables, {l2_table}, image.header.cluster_size(), "an L2 table");
  }
  add_bitmaps(tables, image);
  return tables;
}

}  // namespace

Result<void> judge_overlap(const Image& image) {
  const auto snapshots = read_snapshot_table(image);
  if (!snapshots) return tl::unexpected(snapshots.error());
  auto tables = tables_of(image, *snapshots);
  std::ranges::sort(tables, {}, &Table::begin);
  const Table* furthest = nullptr;
  for (const Table& table : tables) {
    if (furthest != nullptr && table.begin < furthest->end) {
      return refuse(rule::check_metadata_overlap, {.host_offset = table.begin},
                    fmt::format("{} and {} overlap", furthest->name, table.name));
    }
    if (furthest == nullptr || table.end > furthest->end) furthest = &table;
  }
  return {};
}

}  // namespace qcow2
