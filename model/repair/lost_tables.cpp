#include "repair/lost_tables.hpp"

#include <algorithm>

#include "check/count_use.hpp"
#include "check/table_walk.hpp"
#include "format/refcount.hpp"

namespace qcow2 {

namespace {

/// Bits 1 to 8 and 56 to 61 of a standard entry; an L1 entry may have no more.
constexpr std::uint64_t never_set = (low_bits(62) & ~low_bits(56)) | (low_bits(9) & ~low_bits(1));

bool could_be_an_entry(const Image& image, const L2Entry& entry) {
  const std::uint64_t file_end = image.source->size();
  if (entry.entry == 0) return true;
  if ((entry.entry & compressed_flag) != 0) {
    const HostOffset offset = decode_descriptor(entry.entry, image.header.cluster_bits).host_offset;
    return (entry.entry & copied_flag) == 0 && offset.value != 0 && offset.value < file_end;
  }
  const HostOffset offset = table_offset(entry.entry);
  return (entry.entry & never_set) == 0 && offset.value % image.header.cluster_size() == 0 && offset.value < file_end;
}

/// `entry_bits`: 3, or 4 with extended L2 entries, whose bitmaps may be anything.
bool could_be_entries(const Image& image, HostOffset offset, unsigned entry_bits) {
  bool named = false;
  bool all = true;
  for_each_entry(*image.source, offset, offset + image.header.cluster_size(), entry_bits,
                 [&](HostOffset, const L2Entry& entry) {
                   all = all && could_be_an_entry(image, entry);
                   named = named || table_offset(entry.entry).value != 0 || (entry.entry & compressed_flag) != 0;
                 });
  return all && named;
}

/// A refcount table that the header does not name any more: its blocks count themselves and it. It owns no data.
bool is_former_refcount_table(const Image& image, HostOffset offset) {
  Image former = image;
  former.header.refcount_table_offset = offset;
  former.header.refcount_table_clusters = 1;
  StoredRefcounts counts(former);
  if (counts.at(offset.value >> image.header.cluster_bits) == 0) return false;
  for (std::uint64_t i = counts.next_entry(0); i < counts.table_entries(); i = counts.next_entry(i + 1)) {
    if (counts.at(counts.table_entry(i) >> image.header.cluster_bits) == 0) return false;
  }
  return true;
}

bool is_named_refcount_table(const Header& header, HostOffset offset) {
  const std::uint64_t length = header.refcount_table_clusters * header.cluster_size();
  return offset >= header.refcount_table_offset && offset.value - header.refcount_table_offset.value < length;
}

}  // namespace

bool looks_like_a_table(const Image& image, HostOffset offset) {
  const bool entries = could_be_entries(image, offset, 3) ||
                       (image.l2_entry_bits() != 3 && could_be_entries(image, offset, image.l2_entry_bits()));
  return entries && !is_named_refcount_table(image.header, offset) && !is_former_refcount_table(image, offset);
}

std::optional<HostOffset> first_lost_table(const Image& image, HostUse& use, bool only_counted) {
  StoredRefcounts stored(image);
  const std::uint64_t cluster_size = image.header.cluster_size();
  for (std::uint64_t cluster = 0; cluster < file_clusters(image);) {
    const HostUse::Run used = use.run_at(cluster);
    const CountRun counted = stored.run_at(cluster);
    if (used.references != 0 || (only_counted && counted.count == 0)) {
      cluster = used.references != 0 ? used.end : std::min(used.end, counted.end);
      continue;
    }
    const HostOffset offset{cluster * cluster_size};
    if (looks_like_a_table(image, offset)) return offset;
    const std::uint64_t data = image.source->next_data(offset + cluster_size).value / cluster_size;
    cluster = std::max(cluster + 1, std::min(data, used.end));
  }
  return std::nullopt;
}

}  // namespace qcow2
