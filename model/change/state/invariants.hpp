// The invariants of state.hpp, looked at by the checker, which shares no line with the steps.
#pragma once

#include "change/state/state.hpp"
#include "check/check.hpp"
#include "format/result.hpp"

namespace qcow2::change {

/// What a check counts. Refuses the first corruption that it finds.
Result<CheckSummary> judge_corruptions(const State& state);

/// After a step: makes bit 63 agree with the refcounts, and checks the whole image.
/// Refuses what the step has broken. That is a mistake of this program, and no reason to keep the image that it made.
Result<void> settle(State& state);

}  // namespace qcow2::change
