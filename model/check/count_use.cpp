#include "check/count_use.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "check/bitmaps.hpp"
#include "check/check_tables.hpp"
#include "format/rounding.hpp"
#include "format/snapshot.hpp"

namespace qcow2 {

namespace {

/// The document: "Version 3 images must include extra data at least up to byte 55".
void judge_disk_sizes(const Image& image, const SnapshotTable& table, Findings& findings) {
  if (image.header.version < 3) return;
  const auto silent = static_cast<std::uint64_t>(
      std::ranges::count_if(table.snapshots, [](const Snapshot& snapshot) { return !snapshot.virtual_size; }));
  if (silent == 0) return;
  findings.add(Severity::corruption, silent, [&] {
    return Violation{
        rule::snapshot_tables,
        {.host_offset = image.header.snapshots_offset.value},
        fmt::format("{} of {} snapshots do not state the size of their disk", silent, table.snapshots.size())};
  });
}

void count_snapshots(const Image& image, TableCounter& tables, HostUse& use, Findings& findings) {
  const auto table = read_snapshot_table(image);
  if (!table) return findings.corruption(table.error());
  const HostOffset offset = image.header.snapshots_offset;
  if (table->length == 0) return;
  use.add_table(offset, table->length);
  judge_disk_sizes(image, *table, findings);
  tables.count_snapshot_l1_tables(table->snapshots);
}

}  // namespace

GuestClusters count_use(const Image& image, StreamChecker* streams, HostUse& use, Findings& findings) {
  TableCounter tables(image, streams, use, findings);
  use.add_table({0}, image.header.cluster_size());  // the header
  tables.count_active_l1_table();
  // [refcount-snapshots] "An internal snapshot adds its own references"
  count_snapshots(image, tables, use, findings);
  tables.count_l2_tables();
  count_bitmaps(image, use, findings);
  return {.compressed = tables.compressed_clusters(),
          .allocated = tables.allocated_clusters(),
          .past_end = tables.clusters_past_end()};
}

std::uint64_t file_clusters(const Image& image) { return divide_up(image.source->size(), image.header.cluster_size()); }

}  // namespace qcow2
