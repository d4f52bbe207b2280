#include "check/check_tables.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "check/table_walk.hpp"
#include "format/rounding.hpp"

namespace qcow2 {

namespace {

constexpr std::uint64_t reserved_in_l1 = (low_bits(63) & ~low_bits(56)) | low_bits(9);

}  // namespace

bool TableCounter::reaches_past_end(HostOffset offset, std::uint64_t length) const {
  const std::uint64_t file_end = round_up(image_.source->size(), sector_size);
  const std::uint64_t end = offset.value + length;
  return end > file_end && end - file_end >= image_.header.cluster_size();
}

/// Counts the host clusters of a reference. One that reaches too far past the end of the file is reported, and counted
/// as far as the file goes.
void TableCounter::count_reference(HostOffset offset, std::uint64_t length, std::uint64_t times, const Where& where) {
  // [check-extent-past-end] [refcount-beyond-file]
  if (!reaches_past_end(offset, length)) return use_.add_data(offset, length, times);
  const std::uint64_t file_end = image_.source->size();
  if (offset.value < file_end) use_.add_data(offset, file_end - offset.value, times);
  findings_.corruption({rule::check_extent_past_end, where,
                        fmt::format("[{:#x}, {:#x}) reaches past the end of the file, {:#x}, by a cluster or more",
                                    offset.value, offset.value + length, image_.source->size())});
}

bool TableCounter::count_l1_table(HostOffset offset, std::uint64_t entries, Rule broken) {
  if (offset.value % image_.header.cluster_size() != 0 ||
      !contains(*image_.source, offset, entries * table_entry_size)) {
    findings_.corruption(
        {broken, {.host_offset = offset.value}, "an L1 table is not aligned to a cluster, or not wholly in the file"});
    return false;
  }
  if (entries > 0) use_.add_table(offset, entries * table_entry_size);
  return entries > 0;
}

void TableCounter::count_active_l1_table() {
  const HostOffset table = image_.header.l1_table_offset;
  const std::uint64_t entries = image_.header.l1_size;
  if (!count_l1_table(table, entries, rule::l1_table)) return;
  for_each_entry(
      *image_.source, table, table + entries * table_entry_size, 3, [&](HostOffset at, const L2Entry& entry) {
        count_l1_entry(entry.entry, {.l1_index = (at.value - table.value) / table_entry_size}, 1, TableUse::active);
      });
}

void TableCounter::count_snapshot_l1_tables(std::span<const Snapshot> snapshots) {
  Spans places;
  std::map<std::uint64_t, std::uint64_t> tables;  // where one begins, and the end of the longest that begins there
  for (const Snapshot& snapshot : snapshots) {
    if (!count_l1_table(snapshot.l1_table_offset, snapshot.l1_size, rule::snapshot_tables)) continue;
    const std::uint64_t begin = snapshot.l1_table_offset.value;
    const std::uint64_t end = begin + snapshot.l1_size * table_entry_size;
    places.add(begin, end);
    tables[begin] = std::max(tables[begin], end);
  }
  for (const Spans::Run& run : places.runs()) {
    for_each_entry(*image_.source, {run.begin}, {run.end}, 3, [&](HostOffset at, const L2Entry& entry) {
      const auto table = std::prev(tables.upper_bound(at.value));
      Where where{.host_offset = at.value};
      if (at.value < table->second) where.l1_index = (at.value - table->first) / table_entry_size;
      // [refcount-snapshots] "once for each snapshot"
      count_l1_entry(entry.entry, where, run.times, TableUse::snapshot);
    });
  }
}

void TableCounter::count_l1_entry(std::uint64_t entry, const Where& where, std::uint64_t times, TableUse use) {
  // [reserved-bits] "bits 0–8 and 56–62 of an L1 entry"
  if ((entry & reserved_in_l1) != 0) {
    findings_.corruption({rule::reserved_bits, where,
                          fmt::format("reserved bits {:#x} of an L1 entry are set", entry & reserved_in_l1)});
  }
  const HostOffset table = table_offset(entry);
  if (table.value == 0) {
    // Its guest clusters were somewhere.
    if (entry != 0 && (entry & reserved_in_l1) == 0) {
      findings_.corruption({rule::l2_table, where, fmt::format("entry {:#018x} names no L2 table", entry)});
    }
    return;
  }
  const Where table_where{.l1_index = where.l1_index, .host_offset = table.value};
  // [l2-table]
  if (table.value % image_.header.cluster_size() != 0) {
    return findings_.corruption({rule::l2_table, table_where, "the L2 table is not aligned to a cluster"});
  }
  if (use == TableUse::active) judge_copied_flag(entry, table, table_where);
  // [l2-in-file]
  if (!contains(*image_.source, table, image_.header.cluster_size())) {
    findings_.corruption({rule::l2_in_file, table_where, "the L2 table is not wholly in the file"});
    if (!reaches_past_end(table, image_.header.cluster_size())) {
      use_.add_table(table, image_.header.cluster_size(), times);
    }
    return;
  }
  L2Table& noted = l2_tables_[table.value];
  if (noted.times == 0) noted.l1_index = where.l1_index;
  noted.times += times;
  if (use == TableUse::active) noted.active_times += times;
}

void TableCounter::count_l2_tables() {
  for (const auto& [offset, table] : l2_tables_) count_l2_table({offset}, table);
}

void TableCounter::count_l2_table(HostOffset offset, const L2Table& table) {
  const std::uint64_t cluster_size = image_.header.cluster_size();
  use_.add_table(offset, cluster_size, table.times);
  for_each_entry(*image_.source, offset, offset + cluster_size, image_.l2_entry_bits(),
                 [&](HostOffset at, const L2Entry& entry) {
                   const std::uint64_t index = (at.value - offset.value) >> image_.l2_entry_bits();
                   Where where{.l1_index = table.l1_index, .l2_index = index};
                   if (table.l1_index) {
                     const std::uint64_t guest_cluster = *table.l1_index * image_.l2_entries() + index;
                     where.guest_offset = guest_cluster << image_.header.cluster_bits;
                   } else {
                     where.host_offset = at.value;
                   }
                   count_l2_entry(entry, table, where);
                 });
}

void TableCounter::count_l2_entry(const L2Entry& entry, const L2Table& table, const Where& where) {
  const EntryFormat format = image_.entry_format();
  for (const Violation& violation : violations(entry, format, where)) findings_.corruption(violation);
  const Kind cluster_kind = kind(entry, format);
  if (cluster_kind == Kind::compressed) {
    compressed_clusters_ += table.active_times;
    allocated_clusters_ += table.active_times;
    const Descriptor descriptor = decode_descriptor(entry.entry, format.cluster_bits);
    // [check-counts-extents] "A checker counts compressed entries over their extents"
    count_reference(descriptor.host_offset, available_bytes(descriptor), table.times, where);
    if (streams_ != nullptr) streams_->add(descriptor, where);
    return;
  }
  // Bit 63 is only accurate in the active tables.
  if (has_lost_its_offset(entry, format)) {
    const Violation lost{rule::unallocated_cluster, where,
                         fmt::format("bit 63 of {:#018x} is set, but its host_offset is 0", entry.entry)};
    table.active_times > 0 ? findings_.corruption(lost) : findings_.note(lost);
  }
  const HostOffset host_offset = table_offset(entry.entry);
  if (cluster_kind == Kind::standard || host_offset.value != 0) allocated_clusters_ += table.active_times;
  // [copied-flag-data-file]
  if (format.external_data && host_offset.value != 0 && (entry.entry & copied_flag) == 0) {
    findings_.corruption(
        {rule::copied_flag_data_file, where, "bit 63 is clear in an image with an external data file"});
  }
  if (host_offset.value == 0 || format.external_data || host_offset.value % format.cluster_size() != 0) return;
  count_reference(host_offset, format.cluster_size(), table.times, where);
  // [standard-past-end]
  if (cluster_kind == Kind::standard && !contains(*image_.source, host_offset, format.cluster_size())) {
    clusters_past_end_ += table.active_times;
    findings_.note({rule::standard_past_end, where,
                    fmt::format("the file ends at {:#x}, inside the cluster at {:#x}: the rest reads as zeros",
                                image_.source->size(), host_offset.value)});
  }
  if (table.active_times > 0) judge_copied_flag(entry.entry, host_offset, where);
}

void TableCounter::judge_copied_flag(std::uint64_t entry, HostOffset host_offset, const Where& where) {
  const std::uint64_t refcount = stored_.at(host_offset.value >> image_.header.cluster_bits);
  // [check-copied-flag]
  if (((entry & copied_flag) != 0) == (refcount == 1)) return;
  findings_.corruption({rule::copied_flag, where,
                        fmt::format("bit 63 of {:#018x} is {}, but the refcount is {}", entry,
                                    (entry & copied_flag) != 0 ? "set" : "clear", refcount)});
}

}  // namespace qcow2
