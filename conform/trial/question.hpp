// What was asked, of whom, and what of the answer decides.
#pragma once

#include "bench/bench.hpp"
#include "results/record.hpp"
#include "trial/observation.hpp"
#include "verdict/verdict.hpp"

namespace conform {

/// What was asked, and of whom.
struct Question {
  const Bench& bench;
  const Implementation& implementation;
  const Case& tested;
  const Operation& operation;
};

/// Of the answer alone; what was given or left is added by those who look at it.
Facts facts_of(const Question& question, const Observation& observation);

void take_verdict(const Verdict& verdict, Record& record);

/// Whether nothing but a refusal is right.
bool wants_refusal(const Expect& expect);

}  // namespace conform
