#include "check/table_walk.hpp"

namespace qcow2 {

std::vector<Spans::Run> l1_tables(const Image& image, const SnapshotTable& snapshots) {
  Spans places;
  const auto add = [&](HostOffset offset, std::uint64_t entries) {
    const bool aligned = offset.value % image.header.cluster_size() == 0;
    if (!aligned || !contains(*image.source, offset, entries * table_entry_size)) return;
    places.add(offset.value, offset.value + entries * table_entry_size);
  };
  add(image.header.l1_table_offset, image.header.l1_size);
  for (const Snapshot& snapshot : snapshots.snapshots) add(snapshot.l1_table_offset, snapshot.l1_size);
  return places.runs();
}

std::set<std::uint64_t> l2_tables(const Image& image, const std::vector<Spans::Run>& l1_tables) {
  std::set<std::uint64_t> tables;
  for (const Spans::Run& run : l1_tables) {
    for_each_entry(*image.source, {run.begin}, {run.end}, 3, [&](HostOffset, const L2Entry& entry) {
      const HostOffset table = table_offset(entry.entry);
      const bool aligned = table.value != 0 && table.value % image.header.cluster_size() == 0;
      if (aligned && contains(*image.source, table, image.header.cluster_size())) tables.insert(table.value);
    });
  }
  return tables;
}

}  // namespace qcow2
