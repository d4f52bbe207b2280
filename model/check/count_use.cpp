#include "check/count_use.hpp"

#include <fmt/format.h>

#include "check/bitmaps.hpp"
#include "check/check_tables.hpp"
#include "format/rounding.hpp"
#include "format/snapshot.hpp"

namespace qcow2 {

namespace {

void count_snapshots(const Image& image, TableCounter& tables, HostUse& use, Findings& findings) {
  const auto table = read_snapshot_table(image);
  if (!table) return findings.corruption(table.error());
  const HostOffset offset = image.header.snapshots_offset;
  if (table->length == 0) return;
  use.add_table(offset, table->length);
  for (const Snapshot& snapshot : table->snapshots) {
    if (image.header.version < 3 || snapshot.virtual_size) continue;
    findings.corruption(
        {rule::snapshot_tables,
         {.host_offset = offset.value},
         fmt::format("snapshot '{}' does not say how long its disk is, as version 3 has it", snapshot.name)});
  }
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
