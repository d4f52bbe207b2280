// Internal snapshots: taken, gone back to, given up.
//
// A snapshot has an L1 table of its own. All that can be reached from there is counted once more, and with that nothing
// of it is ever written in place again.
#pragma once

#include <string>

#include "change/state/state.hpp"
#include "format/result.hpp"

namespace qcow2::change {

/// Keeps the disk as it is now. Its date and its machine state are 0.
/// Refuses a name that is there already, and with rule::refcount_width more references than the width can say.
Result<void> create_snapshot(State& state, const std::string& name);

/// Makes the disk what it was, its length too. `wanted` is an id or a name.
Result<void> apply_snapshot(State& state, const std::string& wanted);

Result<void> delete_snapshot(State& state, const std::string& wanted);

}  // namespace qcow2::change
