#include "refcount.hpp"

#include <algorithm>
#include <cassert>

#include "big_endian.hpp"

namespace qcow2 {

namespace {

constexpr std::uint64_t table_entry_size = 8;

/// Where a count narrower than a byte stands in its byte.
struct Place {
  std::size_t byte;
  unsigned shift;
};

Place place_of(std::uint64_t index, unsigned refcount_order) {
  const std::uint64_t bit = index << refcount_order;
  return {static_cast<std::size_t>(bit / 8), static_cast<unsigned>(bit % 8)};
}

}  // namespace

std::uint64_t load_refcount(std::span<const std::byte> block, std::uint64_t index, unsigned refcount_order) {
  const auto at = static_cast<std::size_t>((index << refcount_order) / 8);
  switch (refcount_order) {
    case 3: return load_big_endian<std::uint8_t>(block, at);
    case 4: return load_big_endian<std::uint16_t>(block, at);
    case 5: return load_big_endian<std::uint32_t>(block, at);
    case 6: return load_big_endian<std::uint64_t>(block, at);
    default: break;
  }
  const Place place = place_of(index, refcount_order);
  return std::to_integer<std::uint64_t>(block[place.byte]) >> place.shift & refcount_max(refcount_order);
}

void store_refcount(std::span<std::byte> block, std::uint64_t index, unsigned refcount_order, std::uint64_t refcount) {
  assert(refcount <= refcount_max(refcount_order));
  const auto at = static_cast<std::size_t>((index << refcount_order) / 8);
  switch (refcount_order) {
    case 3: return store_big_endian(block, at, static_cast<std::uint8_t>(refcount));
    case 4: return store_big_endian(block, at, static_cast<std::uint16_t>(refcount));
    case 5: return store_big_endian(block, at, static_cast<std::uint32_t>(refcount));
    case 6: return store_big_endian(block, at, refcount);
    default: break;
  }
  const Place place = place_of(index, refcount_order);
  const auto mask = static_cast<std::byte>(refcount_max(refcount_order) << place.shift);
  block[place.byte] = (block[place.byte] & ~mask) | static_cast<std::byte>(refcount << place.shift);
}

std::uint64_t StoredRefcounts::table_entries() const {
  const Header& header = image_->header;
  const std::uint64_t length = header.refcount_table_clusters * header.cluster_size();
  const bool lies_well = header.refcount_table_offset.value % header.cluster_size() == 0 &&
                         contains(*image_->source, header.refcount_table_offset, length);
  return lies_well ? length / table_entry_size : 0;
}

std::uint64_t StoredRefcounts::table_entry(std::uint64_t index) {
  if (index >= table_entries()) return 0;
  return table_window_.load(*image_->source, image_->header.refcount_table_offset + index * table_entry_size);
}

std::uint64_t StoredRefcounts::at(std::uint64_t host_cluster) {
  const Header& header = image_->header;
  const std::uint64_t entries = refcount_block_entries(header.cluster_bits, header.refcount_order);
  if (const std::uint64_t index = host_cluster / entries; index != loaded_) {
    const HostOffset block{table_entry(index) & ~low_bits(9)};
    block_.assign(header.cluster_size(), std::byte{0});
    present_ = block.value != 0 && block.value % header.cluster_size() == 0;
    if (present_) image_->source->read_at(block, block_);
    loaded_ = index;
  }
  return present_ ? load_refcount(block_, host_cluster % entries, header.refcount_order) : 0;
}

}  // namespace qcow2
