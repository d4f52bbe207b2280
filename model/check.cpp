#include "check.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "check_tables.hpp"
#include "refcount.hpp"
#include "references.hpp"
#include "snapshot.hpp"

namespace qcow2 {

namespace {

class Checker {
 public:
  Checker(const Image& image, const CheckOptions& options, const CheckReport& report)
      : image_(image),
        stored_(image),
        references_(image.header.cluster_bits),
        findings_(report),
        tables_(image, options.deep, references_, stored_, findings_) {}

  CheckSummary run() {
    count({0}, image_.header.cluster_size(), {});  // the header
    tables_.count_l1_table(image_.header.l1_table_offset, image_.header.l1_size, TableUse::active);
    count_snapshots();
    tables_.count_l2_tables();
    count_refcount_structures();
    compare();
    CheckSummary summary = findings_.summary();
    summary.compressed_clusters = tables_.compressed_clusters();
    summary.allocated_clusters = tables_.allocated_clusters();
    return summary;
  }

 private:
  void count(HostOffset offset, std::uint64_t length, const Where& where) {
    count_reference(image_, references_, findings_, offset, length, 1, where);
  }

  // [refcount-snapshots]
  void count_snapshots() {
    const auto table = read_snapshot_table(image_);
    if (!table) return findings_.corruption(table.error());
    count(image_.header.snapshots_offset, table->length, {.host_offset = image_.header.snapshots_offset.value});
    for (const Snapshot& snapshot : table->snapshots) {
      tables_.count_l1_table(snapshot.l1_table_offset, snapshot.l1_size, TableUse::snapshot);
    }
  }

  // [refcount-lookup]
  void count_refcount_structures() {
    const Header& header = image_.header;
    const HostOffset table = header.refcount_table_offset;
    const std::uint64_t length = header.refcount_table_clusters * header.cluster_size();
    const Where where{.host_offset = table.value};
    if (table.value % header.cluster_size() != 0 || !contains(*image_.source, table, length)) {
      return findings_.corruption(
          {rule::refcount_lookup, where, "the refcount table is not aligned or leaves the file"});
    }
    count(table, length, where);
    for (std::uint64_t index = 0; index < stored_.table_entries(); ++index) {
      if (const std::uint64_t entry = stored_.table_entry(index); entry != 0) count_refcount_block(index, entry);
    }
  }

  void count_refcount_block(std::uint64_t index, std::uint64_t entry) {
    const HostOffset block{entry & ~low_bits(9)};
    const Where where{.host_offset = block.value};
    if ((entry & low_bits(9)) != 0) {
      findings_.corruption({rule::reserved_bits, where, fmt::format("refcount table entry {} is {:#x}", index, entry)});
    }
    if (block.value % image_.header.cluster_size() != 0 ||
        block.value / image_.header.cluster_size() >= file_clusters()) {
      return findings_.corruption(
          {rule::refcount_lookup, where, fmt::format("refcount block {} is not aligned or leaves the file", index)});
    }
    count(block, image_.header.cluster_size(), where);
  }

  std::uint64_t file_clusters() const {
    const std::uint64_t size = image_.source->size();
    return (size >> image_.header.cluster_bits) + ((size & (image_.header.cluster_size() - 1)) != 0 ? 1 : 0);
  }

  // [check-refcounts] over every host cluster that the file has or something refers to
  void compare() {
    const std::uint64_t entries = refcount_block_entries(image_.header.cluster_bits, image_.header.refcount_order);
    const std::uint64_t end = std::max(file_clusters(), references_.end());
    for (std::uint64_t first = 0; first < end;) {
      const std::uint64_t last = first + std::min(entries, end - first);
      if (stored_.table_entry(first / entries) != 0 || references_.any_in(first, last)) {
        for (std::uint64_t cluster = first; cluster < last; ++cluster) compare(cluster);
      }
      first = last;
      // Behind the refcount table only references count; a sparse file may have no end of clusters without any.
      if (first / entries >= stored_.table_entries()) first = std::max(first, references_.next(first, end));
    }
  }

  void compare(std::uint64_t cluster) {
    const std::uint64_t stored = stored_.at(cluster);
    const std::uint64_t counted = references_.at(cluster);
    if (stored == counted) return;
    const Violation violation{
        rule::check_refcounts,
        {.host_offset = cluster << image_.header.cluster_bits},
        fmt::format("host cluster {} has refcount {} and {} references", cluster, stored, counted)};
    if (stored < counted) {
      findings_.corruption(violation);
    } else {
      findings_.leak(violation);
    }
  }

  const Image& image_;
  StoredRefcounts stored_;
  References references_;
  Findings findings_;
  TableCounter tables_;
};

}  // namespace

CheckSummary check(const Image& image, const CheckOptions& options, const CheckReport& report) {
  return Checker(image, options, report).run();
}

}  // namespace qcow2
