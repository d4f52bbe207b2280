#include "check_tables.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "big_endian.hpp"

namespace qcow2 {

namespace {

constexpr std::uint64_t l1_entry_size = 8;
constexpr std::uint64_t reserved_in_l1 = (low_bits(63) & ~low_bits(56)) | low_bits(9);

}  // namespace

void count_reference(const Image& image, References& references, Findings& findings, HostOffset offset,
                     std::uint64_t length, std::uint64_t times, const Where& where) {
  if (length == 0) return;
  const std::uint64_t file_end = (image.source->size() + sector_size - 1) / sector_size * sector_size;
  const std::uint64_t end = offset.value + length;
  if (end > file_end && end - file_end >= image.header.cluster_size()) {
    return findings.corruption(
        {rule::check_extent_past_end, where,
         fmt::format("[{:#x}, {:#x}) reaches past the end of the file, {:#x}, by a cluster or more", offset.value, end,
                     image.source->size())});
  }
  references.add(offset, length, times);
}

void TableCounter::count_l1_table(HostOffset offset, std::uint64_t entries, TableUse use) {
  const Where where{.host_offset = offset.value};
  if (offset.value % image_.header.cluster_size() != 0 || !contains(*image_.source, offset, entries * l1_entry_size)) {
    return findings_.corruption({use == TableUse::active ? rule::l1_table : rule::snapshot_tables, where,
                                 "an L1 table is not aligned or leaves the file"});
  }
  count_reference(image_, references_, findings_, offset, entries * l1_entry_size, 1, where);
  std::array<std::byte, 4096> part{};
  for (std::uint64_t at = 0; at < entries * l1_entry_size; at += part.size()) {
    const std::size_t got = image_.source->read_at(offset + at, part);
    const std::uint64_t end = std::min<std::uint64_t>(got, entries * l1_entry_size - at);
    for (std::uint64_t i = 0; i + l1_entry_size <= end; i += l1_entry_size) {
      const auto entry = load_big_endian<std::uint64_t>(part, i);
      if (entry != 0) count_l1_entry(entry, {.l1_index = (at + i) / l1_entry_size}, use);
    }
  }
}

void TableCounter::count_l1_entry(std::uint64_t entry, const Where& where, TableUse use) {
  // [reserved-bits]
  if ((entry & reserved_in_l1) != 0) {
    findings_.corruption({rule::reserved_bits, where,
                          fmt::format("reserved bits {:#x} of an L1 entry are set", entry & reserved_in_l1)});
  }
  const HostOffset table = table_offset(entry);
  if (table.value == 0) return;
  const Where table_where{.l1_index = where.l1_index, .host_offset = table.value};
  // [l2-table]
  if (table.value % image_.header.cluster_size() != 0) {
    return findings_.corruption({rule::l2_table, table_where, "the L2 table is not aligned to a cluster"});
  }
  L2Table& noted = l2_tables_[table.value];
  if (noted.times == 0) noted.l1_index = *where.l1_index;
  noted.times += 1;
  if (use == TableUse::active) {
    noted.active_times += 1;
    judge_copied_flag(entry, table, table_where);
  }
}

void TableCounter::count_l2_tables() {
  for (const auto& [offset, table] : l2_tables_) count_l2_table({offset}, table);
}

void TableCounter::count_l2_table(HostOffset offset, const L2Table& table) {
  const Where where{.l1_index = table.l1_index, .host_offset = offset.value};
  const std::uint64_t cluster_size = image_.header.cluster_size();
  count_reference(image_, references_, findings_, offset, cluster_size, table.times, where);
  // [l2-in-file]
  if (!contains(*image_.source, offset, cluster_size)) {
    return findings_.corruption({rule::l2_in_file, where, "the L2 table leaves the file"});
  }
  table_.resize(cluster_size);
  image_.source->read_at(offset, table_);
  const bool extended = image_.entry_format().extended;
  for (std::uint64_t index = 0; index < image_.l2_entries(); ++index) {
    const std::size_t at = index << image_.l2_entry_bits();
    const L2Entry entry{load_big_endian<std::uint64_t>(table_, at),
                        extended ? load_big_endian<std::uint64_t>(table_, at + 8) : 0};
    if (entry.entry == 0 && entry.bitmap == 0) continue;
    const std::uint64_t guest_cluster = table.l1_index * image_.l2_entries() + index;
    count_l2_entry(
        entry, table,
        {.l1_index = table.l1_index, .l2_index = index, .guest_offset = guest_cluster << image_.header.cluster_bits});
  }
}

void TableCounter::count_l2_entry(const L2Entry& entry, const L2Table& table, const Where& where) {
  const EntryFormat format = image_.entry_format();
  for (const Violation& violation : violations(entry, format, where)) findings_.corruption(violation);
  const Kind cluster_kind = kind(entry, format);
  if (cluster_kind == Kind::compressed) {
    if (table.active_times > 0) {
      ++compressed_clusters_;
      ++allocated_clusters_;
    }
    const Descriptor descriptor = decode_descriptor(entry.entry, format.cluster_bits);
    count_reference(image_, references_, findings_, descriptor.host_offset, available_bytes(descriptor), table.times,
                    where);
    if (deep_) decode(descriptor, where);
    return;
  }
  if (cluster_kind == Kind::standard && table.active_times > 0) ++allocated_clusters_;
  const HostOffset host_offset = table_offset(entry.entry);
  // [copied-flag-data-file]
  if (format.external_data && host_offset.value != 0 && (entry.entry & copied_flag) == 0) {
    findings_.corruption({rule::copied_flag_data_file, where, "bit 63 is clear beside an external data file"});
  }
  if (host_offset.value == 0 || format.external_data || host_offset.value % format.cluster_size() != 0) return;
  count_reference(image_, references_, findings_, host_offset, format.cluster_size(), table.times, where);
  if (table.active_times > 0) judge_copied_flag(entry.entry, host_offset, where);
}

// [copied-flag]
void TableCounter::judge_copied_flag(std::uint64_t entry, HostOffset host_offset, const Where& where) {
  const std::uint64_t refcount = stored_.at(host_offset.value >> image_.header.cluster_bits);
  if (((entry & copied_flag) != 0) == (refcount == 1)) return;
  findings_.corruption({rule::copied_flag, where,
                        fmt::format("bit 63 of {:#018x} is {} where the refcount is {}", entry,
                                    (entry & copied_flag) != 0 ? "set" : "clear", refcount)});
}

// [check-streams]
void TableCounter::decode(const Descriptor& descriptor, const Where& where) {
  cluster_.resize(image_.header.cluster_size());
  const auto decoded = read_compressed_cluster(image_, descriptor, where, cluster_, scratch_);
  if (!decoded) findings_.corruption(decoded.error());
}

}  // namespace qcow2
