// Room for more refcounts: a new block, a longer table. Both count themselves.
#pragma once

#include <cstdint>

#include "change/state/state.hpp"
#include "format/result.hpp"

namespace qcow2::change {

/// Gives a host cluster that no block counts, and nothing refers to, a place for its count. The block may come to stand
/// on that very host cluster.
/// Refuses, with rule::refcount_lookup, a refcount table longer than QEMU reads.
Result<void> make_room_for_count(State& state, std::uint64_t host_cluster);

}  // namespace qcow2::change
