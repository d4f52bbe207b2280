// The part of checking that follows L1 and L2 tables: judges every entry and counts what it refers to.
//
// Each table is looked at once, however often it is named, and so is each entry of L1 tables that overlap. Holes are
// passed over. So the time follows what the file holds, not what it claims.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <span>

#include "check/check_streams.hpp"
#include "check/findings.hpp"
#include "check/host_use.hpp"
#include "format/refcount.hpp"
#include "format/snapshot.hpp"

namespace qcow2 {

class TableCounter {
 public:
  /// `streams`: where compressed clusters go to be decoded; may be null.
  TableCounter(const Image& image, StreamChecker* streams, HostUse& use, Findings& findings)
      : image_(image), streams_(streams), use_(use), stored_(image), findings_(findings) {}

  /// Counts the header's L1 table, and takes note of the L2 tables that it names.
  void count_active_l1_table();
  void count_snapshot_l1_tables(std::span<const Snapshot> snapshots);
  /// Counts each L2 table that was noted, once, for as many times as it was named.
  void count_l2_tables();

  /// Of the active state.
  std::uint64_t compressed_clusters() const { return compressed_clusters_; }
  std::uint64_t allocated_clusters() const { return allocated_clusters_; }
  /// Standard clusters that the file does not hold wholly; what it lacks reads as zeros.
  std::uint64_t clusters_past_end() const { return clusters_past_end_; }

 private:
  struct L2Table {
    std::optional<std::uint64_t> l1_index{};
    std::uint64_t times = 0;         ///< named by any L1 entry
    std::uint64_t active_times = 0;  ///< named by an entry of the active L1 table
  };
  /// active: what the guest sees now. Bit 63 is only accurate there.
  enum class TableUse { active, snapshot };

  bool count_l1_table(HostOffset offset, std::uint64_t entries, Rule broken);
  void count_l1_entry(std::uint64_t entry, const Where& where, std::uint64_t times, TableUse use);
  void count_l2_table(HostOffset offset, const L2Table& table);
  void count_l2_entry(const L2Entry& entry, const L2Table& table, const Where& where);
  void count_reference(HostOffset offset, std::uint64_t length, std::uint64_t times, const Where& where);
  bool reaches_past_end(HostOffset offset, std::uint64_t length) const;
  void judge_copied_flag(std::uint64_t entry, HostOffset host_offset, const Where& where);

  const Image& image_;
  StreamChecker* streams_;
  HostUse& use_;
  StoredRefcounts stored_;
  Findings& findings_;
  std::map<std::uint64_t, L2Table> l2_tables_;  ///< by host_offset
  std::uint64_t compressed_clusters_ = 0;
  std::uint64_t allocated_clusters_ = 0;
  std::uint64_t clusters_past_end_ = 0;
};

}  // namespace qcow2
