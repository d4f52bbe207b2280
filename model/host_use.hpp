// What uses each host cluster of an image: the tables, which may be of any length, and what L2 entries refer to.
#pragma once

#include <vector>

#include "references.hpp"
#include "spans.hpp"

namespace qcow2 {

class HostUse {
 public:
  explicit HostUse(unsigned cluster_bits) : cluster_bits_(cluster_bits), data_(cluster_bits) {}

  /// The extent of a compressed cluster, or a standard cluster.
  void add_data(HostOffset offset, std::uint64_t length, std::uint64_t times = 1) { data_.add(offset, length, times); }

  /// A table, at least 1 byte of it.
  void add_table(HostOffset offset, std::uint64_t length, std::uint64_t times = 1) {
    const std::uint64_t end = ((offset.value + length - 1) >> cluster_bits_) + 1;
    tables_.add(offset.value >> cluster_bits_, end, times);
    table_runs_.clear();
    end_ = std::max(end_, end);
  }

  struct Run {
    std::uint64_t tables = 0;
    std::uint64_t data = 0;
    std::uint64_t end = 0;
    std::uint64_t count() const { return tables + data; }
  };

  /// The references to one host cluster, and how far the clusters behind it are known to have as many.
  Run run_at(std::uint64_t host_cluster) {
    if (table_runs_.empty()) table_runs_ = tables_.runs();
    const CountRun data = data_.run_at(host_cluster);
    const auto next = std::ranges::upper_bound(table_runs_, host_cluster, {}, &Spans::Run::end);
    if (next == table_runs_.end()) return {0, data.count, data.end};
    if (next->begin > host_cluster) return {0, data.count, std::min(data.end, next->begin)};
    return {next->times, data.count, std::min(data.end, next->end)};
  }

  std::uint64_t at(std::uint64_t host_cluster) { return run_at(host_cluster).count(); }

  /// One past the last host cluster that is used.
  std::uint64_t end() const { return std::max(end_, data_.end()); }

 private:
  unsigned cluster_bits_;
  References data_;
  Spans tables_;
  std::vector<Spans::Run> table_runs_;  ///< empty: not looked at since a table was added
  std::uint64_t end_ = 0;
};

}  // namespace qcow2
