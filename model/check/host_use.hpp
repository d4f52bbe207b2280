// What uses each host cluster of an image: the tables, and what L2 entries refer to. Most tables have one host cluster,
// and are counted as data is; the others may be of any length, and are kept as spans.
#pragma once

#include <vector>

#include "check/spans.hpp"
#include "format/references.hpp"

namespace qcow2 {

class HostUse {
 public:
  explicit HostUse(unsigned cluster_bits) : cluster_bits_(cluster_bits), clusters_(cluster_bits) {}

  /// The extent of a compressed cluster, or a standard cluster.
  void add_data(HostOffset offset, std::uint64_t length, std::uint64_t times = 1) {
    clusters_.add(offset, length, times);
  }

  /// A table, at least 1 byte of it.
  void add_table(HostOffset offset, std::uint64_t length, std::uint64_t times = 1) {
    const std::uint64_t begin = offset.value >> cluster_bits_;
    const std::uint64_t end = ((offset.value + length - 1) >> cluster_bits_) + 1;
    if (end - begin == 1) {
      clusters_.add(offset, length, times);
      return clusters_.mark_as_table(begin);
    }
    tables_.add(begin, end, times);
    table_runs_.clear();
    end_ = std::max(end_, end);
  }

  struct Run {
    std::uint64_t references = 0;
    bool table = false;  ///< some of them, at least, are of tables
    std::uint64_t end = 0;
  };

  /// The references to one host cluster, and how far the clusters behind it are known to have as many.
  Run run_at(std::uint64_t host_cluster) {
    if (table_runs_.empty()) table_runs_ = tables_.runs();
    const CountRun run = clusters_.run_at(host_cluster);
    const bool table = clusters_.is_table(host_cluster);
    const auto next = std::ranges::upper_bound(table_runs_, host_cluster, {}, &Spans::Run::end);
    if (next == table_runs_.end()) return {run.count, table, run.end};
    if (next->begin > host_cluster) return {run.count, table, std::min(run.end, next->begin)};
    // [check-metadata-overlap] "counts as one more reference to that cluster"
    return {next->times + run.count, true, std::min(run.end, next->end)};
  }

  std::uint64_t at(std::uint64_t host_cluster) { return run_at(host_cluster).references; }

  /// One past the last host cluster that is used.
  std::uint64_t end() const { return std::max(end_, clusters_.end()); }

 private:
  unsigned cluster_bits_;
  References clusters_;
  Spans tables_;
  std::vector<Spans::Run> table_runs_;  ///< empty: not looked at since a table was added
  std::uint64_t end_ = 0;
};

}  // namespace qcow2
