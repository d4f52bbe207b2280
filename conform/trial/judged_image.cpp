#include "trial/judged_image.hpp"

#include <fmt/ranges.h>

#include <optional>

#include "verdict/written/judge_image.hpp"
#include "verdict/written/judge_repair.hpp"

namespace conform {
namespace {

/// Whose disk the image holds that was changed though a refusal was wanted: the valid twin's, if anyone's.
Result<std::optional<ImageJudgement>> judge_as_twin(const Question& question, const Observation& observation) {
  const auto& [bench, implementation, tested, operation] = question;
  const Case* twin = bench.corpus.find(tested.baseline);
  if (!twin) return std::nullopt;
  for (const auto& one : twin->operations) {
    if (one.op != operation.op || !one.expect.allows(Answer::accept)) continue;
    auto judged = judge_image(bench, implementation, *twin, one, observation.output);
    if (!judged) return tl::unexpected(judged.error());
    return std::move(*judged);
  }
  return std::nullopt;
}

/// A change, where there should be none.
Result<void> judge_unwanted_image(const Question& question, const Observation& observation, Record& record) {
  const auto judged = judge_as_twin(question, observation);
  if (!judged) return tl::unexpected(judged.error());
  Facts facts = facts_of(question, observation);
  facts.is_as_of_twin = *judged && (*judged)->holds_right_disk;
  take_verdict(judge(question.operation.expect, facts), record);
  record.detail = facts.is_as_of_twin ? fmt::format("left the disk of {}, its valid twin; it missed: {}",
                                                    question.tested.baseline, question.tested.delta)
                                      : fmt::format("changed the image; it missed: {}", question.tested.delta);
  return {};
}

void take_judgement(ImageJudgement judged, Record& record) {
  if (record.status == Status::pass && !judged.untried.empty()) record.status = Status::unsupported;
  record.answer = judged.answer;
  record.properties = std::move(judged.properties);
  record.first_diff = judged.first_diff;
  record.bytes = judged.bytes;
  record.observed_length = judged.disk_length;
  auto& told = judged.faults;
  for (const auto& more : {judged.untried, judged.remark})
    if (!more.empty()) told.push_back(more);
  record.detail = fmt::format("{}", fmt::join(told, "; "));
}

}  // namespace

Result<void> judge_left_image(const Question& question, const Observation& observation, Record& record) {
  const auto& [bench, implementation, tested, operation] = question;
  if (wants_refusal(operation.expect)) return judge_unwanted_image(question, observation, record);
  auto judged = judge_image(bench, implementation, tested, operation, observation.output);
  if (!judged) return tl::unexpected(judged.error());
  Facts facts = facts_of(question, observation);
  if (judged->faults.empty()) facts.matches.insert("");
  facts.holds_right_disk = judged->holds_right_disk;
  take_verdict(judge(operation.expect, facts), record);
  take_judgement(std::move(*judged), record);
  if (observation.traffic) record.properties["traffic"] = as_json(*observation.traffic);
  return {};
}

Result<void> judge_repaired(const Question& question, const Observation& observation, Record& record) {
  const auto& [bench, implementation, tested, operation] = question;
  const Answer answer = *observation.answer == Answer::accept ? Answer::accept : Answer::reject;
  auto judged = judge_repair(bench, implementation, tested, operation, observation.output, answer);
  if (!judged) return tl::unexpected(judged.error());
  Facts facts = facts_of(question, observation);
  if (!judged->holds_right_disk) facts.failure = Status::wrong_data;
  if (judged->faults.empty()) facts.matches.insert("");
  facts.holds_right_disk = facts.is_as_of_twin = true;  // no byte was invented, whatever is left to mend
  take_verdict(judge(operation.expect, facts), record);
  const bool mends_more = answer == Answer::accept && judged->faults.empty() && wants_refusal(operation.expect);
  if (mends_more) record.status = Status::pass;
  if (record.status == Status::wrong_reject) judged->faults.emplace_back("says that something is left to repair");
  take_judgement(std::move(*judged), record);
  return {};
}

}  // namespace conform
