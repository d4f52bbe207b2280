#include "format/refcount.hpp"

#include <algorithm>
#include <cassert>

#include "format/big_endian.hpp"

namespace qcow2 {

namespace {

/// Where a count narrower than a byte stands in its byte.
struct Place {
  std::size_t byte;
  unsigned shift;
};

Place place_of(std::uint64_t index, unsigned refcount_order) {
  const std::uint64_t bit = index << refcount_order;
  // [refcount-lookup] "Entries narrower than a byte begin at the low bit of the byte; wider ones are big-endian."
  return {static_cast<std::size_t>(bit / 8), static_cast<unsigned>(bit % 8)};
}

/// Counts of a window.
constexpr std::uint64_t window_entries(unsigned refcount_order) { return TableWindow::size * 8 >> refcount_order; }

/// Which count of its window the one with this index in the block is.
std::uint64_t index_in_window(HostOffset block, std::uint64_t index, unsigned refcount_order) {
  const std::uint64_t begin = block.value % TableWindow::size * 8 >> refcount_order;
  return (begin + index) % window_entries(refcount_order);
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
  // [refcount-lookup] "0, or a table_index beyond the table: the refcount is 0."
  if (index >= table_entries()) return 0;
  return table_window_.load(*image_->source, image_->header.refcount_table_offset + index * table_entry_size);
}

std::uint64_t StoredRefcounts::next_entry(std::uint64_t index) {
  const std::uint64_t end = table_entries();
  if (next_from_ <= index && index <= next_) return std::min(next_, end);
  next_from_ = index;
  const HostOffset table = image_->header.refcount_table_offset;
  while (index < end && table_entry(index) == 0) {
    const HostOffset at = table + index * table_entry_size;
    const std::uint64_t zeros = table_window_.zeros_end(*image_->source, at).value - at.value;
    index += std::max<std::uint64_t>(zeros / table_entry_size, 1);
  }
  next_ = std::min(index, end);
  return next_;
}

std::uint64_t StoredRefcounts::at(std::uint64_t host_cluster) {
  const unsigned order = image_->header.refcount_order;
  const std::uint64_t entries = refcount_block_entries(image_->header.cluster_bits, order);
  const HostOffset block{table_entry(host_cluster / entries) & ~low_bits(9)};
  if (!lies_well(block)) return 0;
  const std::uint64_t index = host_cluster % entries;
  const auto window = block_window_.around(*image_->source, block + (index << order) / 8);
  return load_refcount(window, index_in_window(block, index, order), order);
}

bool StoredRefcounts::lies_well(HostOffset block) const {
  return block.value != 0 && block.value % image_->header.cluster_size() == 0 && block.value < image_->source->size();
}

CountRun StoredRefcounts::run_at(std::uint64_t host_cluster) {
  const Header& header = image_->header;
  const std::uint64_t entries = refcount_block_entries(header.cluster_bits, header.refcount_order);
  const std::uint64_t index = host_cluster / entries;
  const std::uint64_t first = index * entries;
  const HostOffset block{table_entry(index) & ~low_bits(9)};
  if (block.value == 0) {
    const std::uint64_t next = next_entry(index);
    const bool last = next == table_entries() || next > ~std::uint64_t{0} / entries;
    return {0, last ? ~std::uint64_t{0} : std::max(next * entries, host_cluster + 1)};
  }
  if (!lies_well(block)) return {0, first + entries};
  const CountRun run = run_in_block(block, host_cluster - first, entries);
  return {run.count, first + run.end};
}

CountRun StoredRefcounts::run_in_block(HostOffset block, std::uint64_t index, std::uint64_t entries) {
  const unsigned order = image_->header.refcount_order;
  const HostOffset at = block + (index << order) / 8;
  const std::uint64_t zeros = block_window_.zeros_end(*image_->source, at).value - block.value;
  if (zeros > at.value - block.value) return {0, std::min(zeros * 8 >> order, entries)};
  const auto window = block_window_.around(*image_->source, at);
  const std::uint64_t begin = index_in_window(block, index, order);
  const std::uint64_t count = load_refcount(window, begin, order);
  std::uint64_t end = begin + 1;
  while (end < window_entries(order) && load_refcount(window, end, order) == count) ++end;
  return {count, std::min(index + (end - begin), entries)};
}

}  // namespace qcow2
