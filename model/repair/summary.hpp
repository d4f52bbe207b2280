// What a repair has changed, and what it had to leave.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "format/result.hpp"

namespace qcow2 {

/// One thing that a repair has changed: "the refcount of host cluster 7: 0, now 1".
struct Change {
  enum class Kind { size_field, refcount, bit_63 };
  Kind kind = Kind::refcount;
  Where where;
  std::uint64_t clusters = 1;  ///< of refcounts: so many host clusters in a row
  std::uint64_t before = 0;
  std::uint64_t after = 0;
};

struct RepairSummary {
  std::uint64_t lowered = 0;       ///< size fields
  std::uint64_t raised = 0;        ///< size fields, of clusters that could not be read before
  std::uint64_t refcounts = 0;     ///< host clusters whose refcount was another
  std::uint64_t copied_flags = 0;  ///< entries whose bit 63 was wrong
  bool new_refcount_table = false;
  bool dirty_cleared = false;
  bool corrupt_cleared = false;
  std::uint64_t leaks_kept = 0;  ///< host clusters whose refcount stays too high, for a lost table may own them

  /// A broken image can need a change for every entry; no one reads more than these.
  static constexpr std::size_t changes_max = 1000;
  std::vector<Change> changes{};  ///< the first of them

  bool changed() const {
    return lowered + raised + refcounts + copied_flags > 0 || new_refcount_table || dirty_cleared || corrupt_cleared;
  }

  void note(const Change& change) {
    if (changes.size() < changes_max) changes.push_back(change);
  }
};

}  // namespace qcow2
