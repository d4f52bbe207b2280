// The snapshot table: where the L1 table of each internal snapshot is. Names, dates and machine states are left out.
#pragma once

#include <cstdint>
#include <vector>

#include "image.hpp"

namespace qcow2 {

struct Snapshot {
  HostOffset l1_table_offset;
  std::uint32_t l1_size = 0;  ///< in entries of 8 bytes
};

struct SnapshotTable {
  std::vector<Snapshot> snapshots;
  std::uint64_t length = 0;  ///< in bytes, from header.snapshots_offset on
};

/// Refuses, with rule::snapshot_tables, a table that is not aligned or leaves the file.
Result<SnapshotTable> read_snapshot_table(const Image& image);

}  // namespace qcow2
