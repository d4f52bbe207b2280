// Every entry of an L1 or L2 table that is not 0, and every L2 table of an image. Whoever wants the way to one
// guest_offset uses Walk.
#pragma once

#include <set>
#include <vector>

#include "check/spans.hpp"
#include "format/image.hpp"
#include "format/l2_entry.hpp"
#include "format/snapshot.hpp"
#include "format/table_window.hpp"

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

/// The places of the active L1 table and of those of the snapshots, in bytes: those that are aligned
/// to a cluster and lie in the file.
std::vector<Spans::Run> l1_tables(const Image& image, const SnapshotTable& snapshots);

/// Where the L2 tables stand that any of these name, as far as they are aligned and lie in the file.
std::set<std::uint64_t> l2_tables(const Image& image, const std::vector<Spans::Run>& l1_tables);

/// Calls `visit(Where, const L2Entry&)` for each compressed entry of the active disk and of the snapshots, once however
/// many L1 tables name its L2 table; the place is its own.
template <class Visit>
Result<void> for_each_compressed(const Image& image, Visit visit) {
  const auto snapshots = read_snapshot_table(image);
  if (!snapshots) return tl::unexpected(snapshots.error());
  const EntryFormat format = image.entry_format();
  for (const std::uint64_t table : l2_tables(image, l1_tables(image, *snapshots))) {
    const HostOffset end{table + image.header.cluster_size()};
    for_each_entry(*image.source, {table}, end, image.l2_entry_bits(), [&](HostOffset at, const L2Entry& entry) {
      if (kind(entry, format) != Kind::compressed) return;
      visit(Where{.l2_index = (at.value - table) >> image.l2_entry_bits(), .host_offset = at.value}, entry);
    });
  }
  return {};
}

}  // namespace qcow2
