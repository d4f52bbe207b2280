#include "trial/question.hpp"

namespace conform {

Facts facts_of(const Question& question, const Observation& observation) {
  Facts facts;
  facts.answer = observation.answer;
  facts.failure = observation.failure;
  facts.claims_features = question.implementation.claims(question.tested.features);
  return facts;
}

void take_verdict(const Verdict& verdict, Record& record) {
  record.status = verdict.status;
  record.choice = verdict.choice;
}

bool wants_refusal(const Expect& expect) { return !expect.observes() && !expect.allows(Answer::accept); }

}  // namespace conform
