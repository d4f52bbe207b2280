// Judges the image that a repair has left: nothing of it may be lost, and one that is called mended has no fault.
#pragma once

#include "implementation/implementation.hpp"
#include "verdict/written/inspect_image.hpp"

namespace conform {

/// `answer` is what the repairer says: accept, nothing is left to mend; reject, something is. An Error is our own
/// failure.
Result<ImageJudgement> judge_repair(const Bench& bench, const Implementation& implementation, const Case& tested,
                                    const Operation& operation, const std::filesystem::path& image, Answer answer);

}  // namespace conform
