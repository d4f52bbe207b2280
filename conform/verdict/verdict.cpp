#include "verdict/verdict.hpp"

#include <algorithm>
#include <cassert>

namespace conform {
namespace {

bool agrees(const Choice& choice, Answer answer, const Facts& facts) {
  // A checker that opens what should be refused, and calls it corrupt, has found the flaw.
  if (choice.answer == Answer::reject && choice.name.empty() && answer == Answer::corrupt) return true;
  return choice.answer == answer && (answer != Answer::accept || facts.matches.contains(choice.guest));
}

/// How bad the answer calls the image.
int severity(Answer answer) {
  switch (answer) {
    case Answer::accept:
    case Answer::clean: return 0;
    case Answer::leaks: return 1;
    case Answer::corrupt: return 2;
    case Answer::reject:
    case Answer::unsupported: return 3;
  }
  return 3;
}

Status mistake(const Expect& expect, Answer answer, const Facts& facts) {
  if (answer == Answer::accept && expect.allows(Answer::accept))
    return facts.holds_right_disk ? Status::unsound_image : Status::wrong_data;
  if (answer == Answer::accept) return facts.is_as_of_twin ? Status::flaw_unnoticed : Status::wrong_accept;
  const bool milder_than_all = std::all_of(expect.answers.begin(), expect.answers.end(), [&](const Choice& choice) {
    return severity(answer) < severity(choice.answer);
  });
  return milder_than_all ? Status::flaw_unnoticed : Status::wrong_reject;
}

}  // namespace

Verdict judge(const Expect& expect, const Facts& facts) {
  if (facts.failure) return {*facts.failure, {}};
  assert(facts.answer);
  Answer answer = *facts.answer;
  const bool refused = answer == Answer::reject || answer == Answer::unsupported;
  // A refusal for want of a feature says nothing about the case, so it never counts as the refusal that a case wants.
  if (refused && !facts.claims_features) return {Status::unsupported, {}};
  if (answer == Answer::unsupported && facts.may_lack) return {Status::unsupported, {}};
  // One that claims the feature and then says unsupported has refused.
  if (refused) answer = Answer::reject;
  if (expect.observes()) return {Status::observed, std::string(name(answer))};
  for (const auto& choice : expect.answers)
    if (agrees(choice, answer, facts)) return {expect.named ? Status::choice : Status::pass, choice.name};
  return {mistake(expect, answer, facts), {}};
}

}  // namespace conform
