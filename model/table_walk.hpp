// Every entry of an L1 or L2 table that is not 0. Whoever wants all tables of an image comes by here; who wants the way
// to one guest_offset uses Walk.
#pragma once

#include "image.hpp"
#include "l2_entry.hpp"

namespace qcow2 {

/// Calls `visit(HostOffset at, const L2Entry&)` for each entry in [begin, end) that is not 0: of 8 bytes where
/// `entry_bits` is 3, else of 16. Holes cost no time.
template <class Visit>
void for_each_entry(const ByteSource& source, HostOffset begin, HostOffset end, unsigned entry_bits, Visit visit) {
  TableWindow window;
  const std::uint64_t entry_size = std::uint64_t{1} << entry_bits;
  for (HostOffset at = begin; at < end;) {
    const L2Entry entry{window.load(source, at), entry_bits > 3 ? window.load(source, at + 8) : 0};
    if (entry.entry != 0 || entry.bitmap != 0) {
      visit(at, entry);
      at = at + entry_size;
    } else {
      at = std::max(at + entry_size, window.zeros_end(source, at));
    }
  }
}

}  // namespace qcow2
