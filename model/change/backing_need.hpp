// What a disk takes from the backing file, and who would see another one.
#pragma once

#include "change/state/state.hpp"
#include "format/l2_entry.hpp"
#include "format/result.hpp"

namespace qcow2::change {

/// Whether a part of the cluster at least is the backing file's.
bool takes_from_backing(const State& state, const L2Entry& entry);

/// Refuses, with rule::modify_guest_bytes, where a snapshot takes a cluster from the backing file: with another one, or
/// other bytes in it, the snapshot's disk would be another too.
Result<void> judge_snapshots_take_nothing(const State& state);

}  // namespace qcow2::change
