// The snapshot table: what each internal snapshot is called, and where its L1 table is. Dates and machine states are
// left out.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "format/image.hpp"

namespace qcow2 {

/// As many as QEMU reads. Beyond it, what a table claims would cost memory.
inline constexpr std::uint32_t snapshot_count_max = 65536;

/// In bytes, as QEMU has it.
inline constexpr std::uint64_t snapshot_table_length_max = 64 << 20;

struct Snapshot {
  HostOffset l1_table_offset;
  std::uint32_t l1_size = 0;  ///< in entries of 8 bytes
  std::string id;
  std::string name;
  std::optional<std::uint64_t> virtual_size;  ///< nothing: the entry does not say; version 3 obliges it to
  HostOffset entry;                           ///< where it stands in the snapshot table
  std::uint64_t entry_length = 0;             ///< in bytes, without padding
};

struct SnapshotTable {
  std::vector<Snapshot> snapshots;
  std::uint64_t length = 0;  ///< in bytes, from header.snapshots_offset to the end of the last name
};

/// Refuses, with rule::snapshot_tables, a table that is not aligned, leaves the file or is too long.
Result<SnapshotTable> read_snapshot_table(const Image& image);

/// The image as it was when the snapshot was taken: the active L1 table switched, and the size of the disk.
/// Refuses with a rule of Stage::l1.
Result<Image> open_snapshot(const Image& image, const Snapshot& snapshot);

}  // namespace qcow2
