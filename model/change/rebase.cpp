#include "change/rebase.hpp"

#include <algorithm>
#include <vector>

#include "change/backing_name.hpp"
#include "change/backing_need.hpp"
#include "change/state/clusters.hpp"
#include "change/state/tables.hpp"
#include "format/rounding.hpp"
#include "read/reader.hpp"

namespace qcow2::change {

namespace {

using Bytes = std::vector<std::byte>;

/// Lets a cluster that the old backing disk shows in part be the image's own, where the new one would show another.
Result<void> keep_cluster(State& state, const GuestSource* backing, std::uint64_t guest_cluster) {
  State rebased = state;
  rebased.backing = backing;
  Bytes before(state.cluster_size());
  Bytes after(state.cluster_size());
  if (auto read = read_cluster(state, guest_cluster, before); !read) return read;
  const bool readable = read_cluster(rebased, guest_cluster, after).has_value();
  // [modify-rebase] "has the same disk as before"
  if (readable && before == after) return {};
  const bool zeros = std::ranges::all_of(before, [](std::byte byte) { return byte == std::byte{0}; });
  return zeros ? zero_cluster(state, guest_cluster) : write_cluster(state, guest_cluster, before);
}

}  // namespace

Result<void> rebase(State& state, const GuestSource* backing, const std::string& name, const std::string& format) {
  if (auto judged = judge_snapshots_take_nothing(state); !judged) return judged;
  // First the name: a cluster of zeros must say so where there will be a backing file.
  if (auto named = store_backing_name(state, name, format); !named) return named;
  const std::uint64_t end = divide_up(state.header().virtual_size, state.cluster_size());
  for (std::uint64_t cluster = 0; cluster < end; ++cluster) {
    if (!takes_from_backing(state, load_entry(state, cluster))) continue;
    if (auto kept = keep_cluster(state, backing, cluster); !kept) return kept;
  }
  state.backing = backing;
  return {};
}

}  // namespace qcow2::change
