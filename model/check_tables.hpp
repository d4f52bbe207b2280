// The part of checking that follows L1 and L2 tables: judges every entry and counts what it refers to.
#pragma once

#include <cstdint>
#include <map>
#include <vector>

#include "check.hpp"
#include "reader.hpp"
#include "refcount.hpp"
#include "references.hpp"

namespace qcow2 {

/// Passes violations on and keeps count.
class Findings {
 public:
  explicit Findings(const CheckReport& report) : report_(&report) {}
  void corruption(const Violation& violation) {
    ++summary_.corruptions;
    (*report_)(Severity::corruption, violation);
  }
  void leak(const Violation& violation) {
    ++summary_.leaks;
    (*report_)(Severity::leak, violation);
  }
  const CheckSummary& summary() const { return summary_; }

 private:
  const CheckReport* report_;
  CheckSummary summary_;
};

/// Counts the host clusters of a reference, unless it reaches too far past the end of the file to be one:
/// [check-extent-past-end].
void count_reference(const Image& image, References& references, Findings& findings, HostOffset offset,
                     std::uint64_t length, std::uint64_t times, const Where& where);

/// active: what the guest sees now. Bit 63 is only accurate there.
enum class TableUse { active, snapshot };

class TableCounter {
 public:
  TableCounter(const Image& image, bool deep, References& references, StoredRefcounts& stored, Findings& findings)
      : image_(image), deep_(deep), references_(references), stored_(stored), findings_(findings) {}

  /// Counts an L1 table, and takes note of the L2 tables that it names.
  void count_l1_table(HostOffset offset, std::uint64_t entries, TableUse use);
  /// Counts each L2 table that was noted, once, for as many times as it was named.
  void count_l2_tables();

  std::uint64_t compressed_clusters() const { return compressed_clusters_; }
  std::uint64_t allocated_clusters() const { return allocated_clusters_; }

 private:
  struct L2Table {
    std::uint64_t l1_index = 0;
    std::uint64_t times = 0;         ///< named by any L1 entry
    std::uint64_t active_times = 0;  ///< named by an entry of the active L1 table
  };

  void count_l1_entry(std::uint64_t entry, const Where& where, TableUse use);
  void count_l2_table(HostOffset offset, const L2Table& table);
  void count_l2_entry(const L2Entry& entry, const L2Table& table, const Where& where);
  void judge_copied_flag(std::uint64_t entry, HostOffset host_offset, const Where& where);
  void decode(const Descriptor& descriptor, const Where& where);

  const Image& image_;
  bool deep_;
  References& references_;
  StoredRefcounts& stored_;
  Findings& findings_;
  std::map<std::uint64_t, L2Table> l2_tables_;  ///< by host_offset
  std::vector<std::byte> table_;
  Scratch scratch_;
  std::vector<std::byte> cluster_;
  std::uint64_t compressed_clusters_ = 0;
  std::uint64_t allocated_clusters_ = 0;
};

}  // namespace qcow2
