// The walk from a guest_offset over the L1 table and an L2 table to what is there.
//
// Snapshots have L1 tables of their own, which reading the active state never looks at.
#pragma once

#include <cstdint>
#include <optional>

#include "format/image.hpp"
#include "format/l2_entry.hpp"
#include "format/offsets.hpp"
#include "format/result.hpp"
#include "format/table_window.hpp"

namespace qcow2 {

/// `length` bytes of the guest's disk from `guest_offset` on that are all of one mapping.
struct Piece {
  GuestOffset guest_offset;
  std::uint64_t length = 0;
  Mapping mapping;
  Where where;
};

/// Resolves guest offsets; cheap for one that walks forward. One for each thread.
class Walk {
 public:
  explicit Walk(const Image& image) : image_(&image) {}

  /// What stands at `guest_offset`, which is below the virtual size, as far as it is of one mapping: at most to the end
  /// of its cluster, or over as many clusters as have no entry, as far as that is known. Ends at the virtual size.
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
