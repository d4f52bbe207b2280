// An opened image: its header, and the walk from a guest_offset over the L1 and an L2 table to what is there.
//
// No table is ever loaded whole: what the header claims costs no memory. Snapshots have L1 tables of their own, which
// reading the active state never looks at: [snapshot-tables].
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>

#include "big_endian.hpp"
#include "byte_source.hpp"
#include "header.hpp"
#include "l2_entry.hpp"
#include "offsets.hpp"
#include "result.hpp"

namespace qcow2 {

/// A header, and the bytes that it was read from, which must outlive it.
struct Image {
  const ByteSource* source = nullptr;
  Header header;

  EntryFormat entry_format() const {
    return {header.cluster_bits, header.version, header.has(incompatible::extended_l2),
            header.has(incompatible::external_data_file)};
  }
  /// 8 bytes, or 16 with extended L2 entries.
  unsigned l2_entry_bits() const { return header.has(incompatible::extended_l2) ? 4 : 3; }
  std::uint64_t l2_entries() const { return header.cluster_size() >> l2_entry_bits(); }
  /// How many low bits of a guest_offset one L2 table resolves.
  unsigned l2_reach_bits() const { return 2 * header.cluster_bits - l2_entry_bits(); }
};

/// Reads and judges the header and the place of the active L1 table.
/// Refuses with a rule of Stage::header or Stage::l1.
Result<Image> open_image(const ByteSource& source);

/// Judges the place of the L1 table that the header names, and whether it has entries for the whole disk.
/// Refuses with a rule of Stage::l1.
Result<void> judge_l1_table(const Image& image);

/// `length` bytes of the guest's disk from `guest_offset` on that are all of one mapping.
struct Piece {
  GuestOffset guest_offset;
  std::uint64_t length = 0;
  Mapping mapping;
  Where where;
};

/// The part of a table that was read last: whoever walks forward asks the source once for many entries.
class TableWindow {
 public:
  static constexpr std::size_t size = 2048;  ///< in bytes; windows begin at multiples of it, tables at those of 512

  /// The number at `offset`, a multiple of 8. What the file does not have is 0.
  std::uint64_t load(const ByteSource& source, HostOffset offset) {
    return load_big_endian<std::uint64_t>(around(source, offset), offset.value % size);
  }
  /// The window that holds `offset`.
  std::span<const std::byte, size> around(const ByteSource& source, HostOffset offset) {
    if (offset.value - offset.value % size != begin_.value) enter(source, {offset.value - offset.value % size});
    return bytes_;
  }
  /// From `offset` to what is returned, a window's border, all is zeros; `offset` where that is not known. Holes are
  /// passed over.
  HostOffset zeros_end(const ByteSource& source, HostOffset offset) {
    around(source, offset);
    return zeros_end_.value != 0 ? zeros_end_ : offset;
  }

 private:
  void enter(const ByteSource& source, HostOffset begin);

  static constexpr std::uint64_t nowhere = ~std::uint64_t{0};
  HostOffset begin_{nowhere};
  HostOffset zeros_end_;  ///< 0: the window is not all zeros
  std::array<std::byte, size> bytes_{};
};

/// Resolves guest offsets; cheap for one that walks forward. One for each thread.
class Walk {
 public:
  explicit Walk(const Image& image) : image_(&image) {}

  /// What stands at `guest_offset`, which is below the virtual size, as far as it is of one mapping: at most to the end
  /// of its cluster, or over as many clusters as have no entry, as far as that is known. Ends at the virtual size:
  /// [beyond-virtual-size] [last-cluster-partial].
  /// Refuses with a rule of Stage::l2 or Stage::descriptor.
  Result<Piece> at(GuestOffset guest_offset);

  /// The entry of the cluster that holds `guest_offset`; nothing where there is no L2 table.
  Result<std::optional<L2Entry>> entry_at(GuestOffset guest_offset);

  /// How far the disk goes on from `guest_offset`, at which entry_at found nothing or an entry of 0, with clusters that
  /// have no entry; 1 byte at least, and no further than is known without reading much: holes cost no time.
  std::uint64_t length_without_entries(GuestOffset guest_offset);

 private:
  Result<void> enter_l2_table(std::uint64_t l1_index, const Where& where);
  L2Entry load_entry(std::uint64_t l2_index);
  Where where(GuestOffset guest_offset) const;

  const Image* image_;
  static constexpr std::uint64_t nothing = ~std::uint64_t{0};
  std::uint64_t l1_index_ = nothing;
  HostOffset l2_table_;  ///< 0: there is none
  TableWindow l1_window_;
  TableWindow l2_window_;
};

}  // namespace qcow2
