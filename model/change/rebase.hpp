// An image gets another backing file, or none, and reads as before.
#pragma once

#include <string>

#include "change/state/state.hpp"
#include "format/result.hpp"

namespace qcow2::change {

/// Copies into the image what it takes from the old backing disk and the new one does not have alike. `name` is what
/// the header says from here on, and may be empty; `format` too.
/// Refuses a name that the header has no room for, and what judge_snapshots_take_nothing does.
Result<void> rebase(State& state, const GuestSource* backing, const std::string& name, const std::string& format);

}  // namespace qcow2::change
