// The snapshot table: an entry added or taken out. The others keep every byte they have, what nobody here knows too.
#pragma once

#include <string>

#include "change/state/state.hpp"
#include "change/state/tables.hpp"
#include "format/result.hpp"
#include "format/snapshot.hpp"

namespace qcow2::change {

/// Refuses, with rule::snapshot_tables, a name that a snapshot has, or that no entry can hold.
Result<void> judge_new_name(const State& state, const std::string& name);

/// The snapshot with that id, or else with that name.
/// Refuses, with rule::snapshot_tables, where there is none.
Result<Snapshot> find_snapshot(const State& state, const std::string& wanted);

/// Adds an entry for a snapshot of the disk as long as it is now, with the next id.
Result<void> append_snapshot(State& state, const std::string& name, const L1Table& table);

Result<void> remove_snapshot(State& state, const Snapshot& snapshot);

}  // namespace qcow2::change
