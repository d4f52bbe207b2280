// An opened image: its header, the bytes that it was read from, and whether its L1 table can be followed.
//
// The way from a guest_offset over the tables is walk.hpp's. Snapshots have L1 tables of their own: snapshot.hpp.
#pragma once

#include <cstdint>

#include "format/byte_source.hpp"
#include "format/header.hpp"
#include "format/l2_entry.hpp"
#include "format/offsets.hpp"
#include "format/result.hpp"

namespace qcow2 {

/// A header, and the bytes that it was read from, which must outlive it.
struct Image {
  const ByteSource* source = nullptr;
  Header header;

  EntryFormat entry_format() const {
    return {header.cluster_bits, header.version, header.has(incompatible::extended_l2),
            header.has(incompatible::external_data_file)};
  }
  /// [extended-l2-entry] "With incompatible bit 4 set an L2 entry has 16 bytes", else 8.
  unsigned l2_entry_bits() const { return header.has(incompatible::extended_l2) ? 4 : 3; }
  std::uint64_t l2_entries() const { return header.cluster_size() >> l2_entry_bits(); }
  /// How many low bits of a guest_offset one L2 table resolves.
  unsigned l2_reach_bits() const { return 2 * header.cluster_bits - l2_entry_bits(); }
};

/// Reads and judges the header and the place of the active L1 table.
/// Refuses with a rule of Stage::header or Stage::l1.
Result<Image> open_image(const ByteSource& source);

/// The same, but an encrypted image is not refused: for those who read no guest data.
Result<Image> open_any_image(const ByteSource& source);

/// Judges the place of the L1 table that the header names, and whether it has entries for the whole disk.
/// Refuses with a rule of Stage::l1.
Result<void> judge_l1_table(const Image& image);

}  // namespace qcow2
