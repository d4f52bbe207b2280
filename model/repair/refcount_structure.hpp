// A refcount table and the blocks that it names: the one that an image has, or a new one at the end of its file.
#pragma once

#include <cstdint>
#include <map>
#include <optional>

#include "check/host_use.hpp"
#include "format/image.hpp"
#include "format/result.hpp"

namespace qcow2 {

struct RefcountStructure {
  HostOffset table;
  std::uint64_t table_clusters = 0;
  std::map<std::uint64_t, HostOffset> blocks;  ///< by their index in the table
  bool is_new = false;

  /// `use`, in which this is not counted yet, and with it.
  HostUse counted_in(HostUse use, std::uint64_t cluster_size) const;
};

/// The structure of the image where it can be kept: nothing else stands on its host clusters, and every host cluster
/// that is in use has a place for its count. `used` counts everything else.
std::optional<RefcountStructure> existing_structure(const Image& image, const HostUse& used);

/// A new one behind the end of the file and all that is used.
/// Refuses, with rule::refcount_lookup, one whose table would be longer than QEMU reads.
Result<RefcountStructure> new_structure(const Image& image, HostUse used);

/// Calls `visit(first, end, count)` for stretches of host clusters that are used, in order, until it returns false.
template <class Visit>
bool for_each_used(HostUse& use, Visit visit) {
  for (std::uint64_t cluster = 0; cluster < use.end();) {
    const HostUse::Run run = use.run_at(cluster);
    const std::uint64_t end = std::min(run.end, use.end());
    if (run.references != 0 && !visit(cluster, end, run.references)) return false;
    cluster = end;
  }
  return true;
}

}  // namespace qcow2
