// What a repair has changed.
#pragma once

#include <cstdint>

namespace qcow2 {

struct RepairSummary {
  std::uint64_t lowered = 0;       ///< size fields
  std::uint64_t raised = 0;        ///< size fields, of clusters that could not be read before
  std::uint64_t refcounts = 0;     ///< host clusters whose refcount was another
  std::uint64_t copied_flags = 0;  ///< entries whose bit 63 was wrong
  bool new_refcount_table = false;
  bool marks_cleared = false;  ///< the dirty and the corrupt bit

  bool changed() const {
    return lowered + raised + refcounts + copied_flags > 0 || new_refcount_table || marks_cleared;
  }
};

}  // namespace qcow2
