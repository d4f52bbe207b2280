// From what an implementation did to what is recorded of it.
#pragma once

#include "bench/bench.hpp"
#include "results/record.hpp"
#include "trial/observation.hpp"

namespace conform {

/// What was asked, and of whom.
struct Question {
  const Bench& bench;
  const Implementation& implementation;
  const Case& tested;
  const Operation& operation;
};

/// Fills a record that was blank. An Error is our own failure.
Result<void> fill_record(const Question& question, const Observation& observation, Record& record);

}  // namespace conform
