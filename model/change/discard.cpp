#include "change/discard.hpp"

#include "change/state/clusters.hpp"
#include "change/state/tables.hpp"

namespace qcow2::change {

namespace {

Result<void> discard_cluster(State& state, std::uint64_t guest_cluster) {
  if (is_empty(load_entry(state, guest_cluster))) return {};
  if (state.header().backing_file.empty()) return replace_entry(state, guest_cluster, {});
  // Version 2 can only say that these bytes are the backing file's, and they are not.
  if (state.header().version == 2) return {};
  return zero_cluster(state, guest_cluster);
}

}  // namespace

Result<void> discard(State& state, GuestOffset offset, std::uint64_t length) {
  if (auto judged = judge_range(state, offset, length); !judged) return judged;
  for (std::uint64_t done = 0; done < length;) {
    const Part part = part_at(state, offset, length, done);
    if (part.whole) {
      if (auto discarded = discard_cluster(state, part.guest_cluster); !discarded) return discarded;
    }
    done += part.end - part.begin;
  }
  return {};
}

}  // namespace qcow2::change
