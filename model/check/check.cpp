#include "check/check.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "check/check_streams.hpp"
#include "check/count_use.hpp"
#include "format/refcount.hpp"
#include "format/rounding.hpp"

namespace qcow2 {

namespace {

class Checker {
 public:
  Checker(const Image& image, const CheckOptions& options, const CheckReport& report)
      : image_(image),
        deep_(options.deep),
        stored_(image),
        use_(image.header.cluster_bits),
        findings_(report),
        streams_(image, options.deep ? options.jobs : 0, findings_) {}

  CheckSummary run() {
    const GuestClusters guest = count_use(image_, deep_ ? &streams_ : nullptr, use_, findings_);
    streams_.finish();
    count_refcount_structures();
    compare();
    summary_.compressed_clusters = guest.compressed;
    summary_.allocated_clusters = guest.allocated;
    summary_.clusters_past_end = guest.past_end;
    summary_.total_clusters = divide_up(image_.header.virtual_size, image_.header.cluster_size());
    summary_.corruptions = findings_.corruptions();
    summary_.leaks = findings_.leaks();
    summary_.notes = findings_.notes();
    summary_.violations_omitted = findings_.not_described();
    return summary_;
  }

 private:
  void count_refcount_structures() {
    const Header& header = image_.header;
    const HostOffset table = header.refcount_table_offset;
    const std::uint64_t length = header.refcount_table_clusters * header.cluster_size();
    // [refcount-aligned]
    if (table.value % header.cluster_size() != 0 || !contains(*image_.source, table, length)) {
      return findings_.corruption({rule::refcount_lookup,
                                   {.host_offset = table.value},
                                   "the refcount table is not aligned to a cluster, or not wholly in the file"});
    }
    if (length > 0) use_.add_table(table, length);
    std::set<std::uint64_t> blocks;
    for (std::uint64_t index = stored_.next_entry(0); index < stored_.table_entries();
         index = stored_.next_entry(index + 1)) {
      count_refcount_block(index, stored_.table_entry(index), blocks);
    }
  }

  void count_refcount_block(std::uint64_t index, std::uint64_t entry, std::set<std::uint64_t>& blocks) {
    const HostOffset block{entry & ~low_bits(9)};
    const Where where{.host_offset = block.value};
    if ((entry & low_bits(9)) != 0) {
      findings_.corruption({rule::refcount_lookup, where,
                            fmt::format("refcount table entry {} is {:#x}: reserved bits are set", index, entry)});
    }
    if (!stored_.lies_well(block)) {
      return findings_.corruption(
          {rule::refcount_lookup, where,
           fmt::format("refcount block {} is not aligned to a cluster, or not wholly in the file", index)});
    }
    if (!blocks.insert(block.value).second) {
      findings_.corruption({rule::refcount_lookup, where,
                            fmt::format("refcount table entry {} names a block that an earlier entry names", index)});
      shared_blocks_.insert(index);
    }
    use_.add_table(block, image_.header.cluster_size());
  }

  /// Over every host cluster that the file has or something refers to.
  void compare() {
    const std::uint64_t end = std::max(file_clusters(image_), use_.end());
    for (std::uint64_t cluster = 0; cluster < end;) {
      const HostUse::Run counted = use_.run_at(cluster);
      const CountRun stored = stored_.run_at(cluster);
      const std::uint64_t run_end = std::min({counted.end, stored.end, end});
      if (counted.references != 0 || !in_shared_block(cluster)) {
        compare(cluster, run_end - cluster, stored.count, counted.references);
        take_stock(cluster, run_end, stored.count, counted);
      }
      cluster = run_end;
    }
  }

  /// The counts of a block that stands for several stretches of the file are no leaks, and not looked at again.
  bool in_shared_block(std::uint64_t cluster) const {
    return !shared_blocks_.empty() &&
           shared_blocks_.contains(cluster /
                                   refcount_block_entries(image_.header.cluster_bits, image_.header.refcount_order));
  }

  /// `clusters` in a row that have the same count and the same number of references.
  void compare(std::uint64_t first, std::uint64_t clusters, std::uint64_t stored, std::uint64_t counted) {
    if (stored == counted) return;
    // [check-refcounts] "A host cluster whose refcount is lower than the number of references to it is a corruption"
    const auto severity = stored < counted ? Severity::corruption : Severity::leak;
    findings_.add(severity, clusters, [&] {
      return Violation{rule::check_refcounts,
                       {.host_offset = first << image_.header.cluster_bits},
                       fmt::format("host cluster{} refcount {} but {} references",
                                   clusters == 1 ? fmt::format(" {} has", first)
                                                 : fmt::format("s {} to {} have", first, first + clusters - 1),
                                   stored, counted)};
    });
  }

  void take_stock(std::uint64_t first, std::uint64_t end, std::uint64_t stored, const HostUse::Run& counted) {
    const std::uint64_t clusters = end - first;
    HostClusters& stock = summary_.host_clusters;
    if (counted.table) stock.metadata += clusters;
    if (!counted.table && counted.references != 0) stock.data += clusters;
    if (counted.references == 0) (stored == 0 ? stock.vacant : stock.leaked) += clusters;
    if (counted.references != 0 && stored == 0) stock.ghost += clusters;
    if (counted.references != 0 && stored != 0 && stored != counted.references) stock.miscounted += clusters;
    if (counted.references != 0 || stored != 0) summary_.image_end_offset = end << image_.header.cluster_bits;
  }

  const Image& image_;
  bool deep_;
  StoredRefcounts stored_;
  HostUse use_;
  Findings findings_;
  StreamChecker streams_;
  std::set<std::uint64_t> shared_blocks_;  ///< indexes in the refcount table
  CheckSummary summary_;
};

}  // namespace

CheckSummary check(const Image& image, const CheckOptions& options, const CheckReport& report) {
  return Checker(image, options, report).run();
}

}  // namespace qcow2
