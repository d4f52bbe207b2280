// Reference counts as they are stored: one for each host cluster, 1 to 64 bits wide, in blocks that a table names.
//
// Loading and storing one count stand side by side. How many references there ought to be is references.hpp's and
// check.hpp's to say.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "format/image.hpp"
#include "format/references.hpp"
#include "format/table_window.hpp"

namespace qcow2 {

constexpr unsigned refcount_bits(unsigned refcount_order) { return 1u << refcount_order; }

/// The largest count that the width can say.
constexpr std::uint64_t refcount_max(unsigned refcount_order) {
  return refcount_order == 6 ? ~std::uint64_t{0} : low_bits(refcount_bits(refcount_order));
}

/// How many counts one refcount block, which is one cluster, holds.
constexpr std::uint64_t refcount_block_entries(unsigned cluster_bits, unsigned refcount_order) {
  return std::uint64_t{1} << (cluster_bits + 3 - refcount_order);
}

/// Count number `index` of a block. Narrow counts begin at the low bit of their byte, wide ones are big-endian.
std::uint64_t load_refcount(std::span<const std::byte> block, std::uint64_t index, unsigned refcount_order);
void store_refcount(std::span<std::byte> block, std::uint64_t index, unsigned refcount_order, std::uint64_t refcount);

/// The counts that an image's file holds. Cheap for one who walks forward. One for each thread.
class StoredRefcounts {
 public:
  explicit StoredRefcounts(const Image& image) : image_(&image) {}

  /// 0 where the refcount table is not aligned to a cluster or not wholly in the file.
  std::uint64_t table_entries() const;
  /// The refcount block that table entry `index` names; 0: none. Bits 0 to 8 are reserved and come along.
  std::uint64_t table_entry(std::uint64_t index);
  /// The first table entry from `index` on that is not 0; table_entries() where there is none.
  std::uint64_t next_entry(std::uint64_t index);
  /// The count of one host cluster; 0 where no block, or none that lies well, says else.
  std::uint64_t at(std::uint64_t host_cluster);
  /// The same, and how far the host clusters behind it are known to have the same count.
  CountRun run_at(std::uint64_t host_cluster);

  /// Whether a refcount block can stand there: aligned to a cluster, in the file or beginning there.
  bool lies_well(HostOffset block) const;

 private:
  CountRun run_in_block(HostOffset block, std::uint64_t index, std::uint64_t entries);

  const Image* image_;
  TableWindow table_window_;
  TableWindow block_window_;
  std::uint64_t next_from_ = 1;  ///< what next_entry was asked last, and what it said
  std::uint64_t next_ = 0;
};

}  // namespace qcow2
