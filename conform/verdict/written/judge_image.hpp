// Judges the image that a write or a modify has left: by the model, which checks it deeply and reads every byte back.
//
// What qemu-img says of it is recorded; it decides nothing. What decides is what the clauses oblige a writer to; its
// habits are recorded as well.
#pragma once

#include "bench/bench.hpp"
#include "implementation/implementation.hpp"
#include "verdict/written/inspect_image.hpp"

namespace conform {

/// `operation` is a write or a modify of the case, and `image` is what it left. An Error is our own failure.
Result<ImageJudgement> judge_image(const Bench& bench, const Implementation& implementation, const Case& tested,
                                   const Operation& operation, const std::filesystem::path& image);

}  // namespace conform
