// A record has what every operation has (the process, the answer), and then, by the kind of its answer, the judgement
// of an image that was left, of data that were given, or of a bare word.
#include "trial/judged_record.hpp"

#include <optional>

#include "trial/custody.hpp"
#include "verdict/given_data.hpp"
#include "verdict/verdict.hpp"
#include "verdict/written/judge_image.hpp"

namespace conform {
namespace {

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

void take_process(const Observation& observation, Record& record) {
  const auto& process = observation.process;
  if (process.ending == Ending::exited) record.exit = process.exit;
  if (process.signal != 0) record.signal = process.signal;
  record.duration_ms = static_cast<double>(process.duration.count()) / 1000;
  record.peak_memory = process.peak_memory;
  record.messages = first_line(process);
  record.answer = observation.failure ? name(*observation.failure) : name(*observation.answer);
  record.detail = observation.detail;
  record.over_time = observation.over_time;
}

Json as_json(const Traffic& traffic) {
  return {{"seed", traffic.seed},
          {"requests", traffic.requests},
          {"connections", traffic.connections},
          {"in_flight_max", traffic.in_flight_max},
          {"overtaken", traffic.overtaken}};
}

Result<void> judge_left_image(const Question& question, const Observation& observation, Record& record) {
  auto judged =
      judge_image(question.bench, question.implementation, question.tested, question.operation, observation.output);
  if (!judged) return tl::unexpected(judged.error());
  Facts facts = facts_of(question, observation);
  if (judged->faults.empty()) facts.matches.insert("");
  facts.holds_right_disk = judged->holds_right_disk;
  take_verdict(judge(question.operation.expect, facts), record);
  if (record.status == Status::pass && !judged->untried.empty()) record.status = Status::unsupported;
  record.answer = judged->answer;
  record.properties = std::move(judged->properties);
  if (observation.traffic) record.properties["traffic"] = as_json(*observation.traffic);
  record.first_diff = judged->first_diff;
  record.bytes = judged->bytes;
  record.observed_length = judged->disk_length;
  auto& told = judged->faults;
  for (const auto& more : {judged->untried, judged->remark})
    if (!more.empty()) told.push_back(more);
  record.detail = fmt::format("{}", fmt::join(told, "; "));
  return {};
}

/// The right bytes of an image that should have been refused: none of them is wrong.
void explain_unnoticed(const Case& tested, Record& record) {
  record.first_diff.reset();
  record.bytes = "twin";
  record.detail = fmt::format("gave the bytes of {}, its valid twin; not noticed: {}", tested.baseline, tested.delta);
}

/// Whose the wrong bytes are, and where.
Result<void> explain(const Question& question, const Observation& observation, Record& record) {
  const auto& [bench, implementation, tested, operation] = question;
  if (record.observed_length.value_or(0) == 0) {
    record.bytes = "none";
    if (record.detail.empty()) record.detail = "accepted, and left no output";
    return {};
  }
  const bool refused = record.status == Status::wrong_accept;
  const auto wrong = explain_given_data(bench.corpus, tested, operation, observation.output,
                                        refused ? std::nullopt : record.first_diff);
  if (!wrong) return tl::unexpected(wrong.error());
  record.first_diff = wrong->first;
  record.bytes = wrong->provenance.what;
  record.detail = fmt::format("{}: {}: {}", wrong->place, wrong->provenance.what, wrong->provenance.detail);
  const Segment part = part_read(bench.corpus, tested, operation);
  if (!refused && *record.observed_length != part.end - part.begin)
    record.detail =
        fmt::format("{} bytes instead of {}; {}", *record.observed_length, part.end - part.begin, record.detail);
  return {};
}

Result<void> judge_data(const Question& question, const Observation& observation, Record& record) {
  const auto given = examine_given_data(question.bench.corpus, question.tested, question.operation, observation.output);
  if (!given) return tl::unexpected(given.error());
  Facts facts = facts_of(question, observation);
  facts.matches = given->matches;
  facts.is_as_of_twin = given->is_as_of_twin;
  take_verdict(judge(question.operation.expect, facts), record);
  if (!given->matches.contains("")) record.answer = "other-bytes";
  record.first_diff = given->first_diff;
  if (given->exists) {
    record.observed_digest = given->digest.sha256;
    record.observed_length = given->digest.length;
  }
  if (record.status == Status::flaw_unnoticed)
    explain_unnoticed(question.tested, record);
  else if (badness(record.status) > 0)
    return explain(question, observation, record);
  return {};
}

/// How much of the disk came out before a refusal that should not have come.
Result<void> look_before_refusal(const Question& question, const Observation& observation, Record& record) {
  const auto& [bench, implementation, tested, operation] = question;
  if (operation.op != Op::read && operation.op != Op::read_range) return {};
  const auto given = examine_given_data(bench.corpus, tested, operation, observation.output);
  if (!given) return tl::unexpected(given.error());
  const Segment part = part_read(bench.corpus, tested, operation);
  const std::uint64_t right = given->first_diff             ? given->first_diff->offset - part.begin
                              : given->matches.contains("") ? part.end - part.begin
                                                            : 0;
  record.detail +=
      right == 0 ? "; no byte came out before it" : fmt::format("; {} right bytes came out before it", right);
  if (right > 0) record.first_diff = given->first_diff;
  return {};
}

/// What was given of ranges that were asked for at once.
Result<void> judge_given_ranges(const Question& question, const Observation& observation, Record& record) {
  const auto judged = judge_ranges(question.bench.corpus, question.tested, observation.given, observation.output);
  if (!judged) return tl::unexpected(judged.error());
  record.status = judged->status;
  if (judged->status == Status::wrong_reject && !record.claimed) record.status = Status::unsupported;
  record.properties = as_json(observation.traffic.value());
  record.properties["wrong"] = judged->wrong;
  if (judged->status != Status::pass) record.answer = judged->status == Status::wrong_reject ? "reject" : "other-bytes";
  record.detail = judged->detail;
  if (!judged->worst) return {};
  record.first_diff = judged->worst->first;
  record.bytes = judged->worst->provenance.what;
  return {};
}

/// A refusal, a checker's word, or a failure.
Result<void> judge_word(const Question& question, const Observation& observation, Record& record) {
  Facts facts = facts_of(question, observation);
  facts.may_lack = leaves_image(question.operation.op);
  take_verdict(judge(question.operation.expect, facts), record);
  if (record.status == Status::flaw_unnoticed) record.detail = fmt::format("called it {}", name(*observation.answer));
  if (record.status != Status::wrong_reject) return {};
  record.detail = fmt::format("answered {}", name(*observation.answer));
  return look_before_refusal(question, observation, record);
}

}  // namespace

Result<void> fill_record(const Question& question, const Observation& observation, Record& record) {
  take_process(observation, record);
  if (observation.answer != Answer::accept || observation.failure) return judge_word(question, observation, record);
  if (question.operation.op == Op::read_parallel) return judge_given_ranges(question, observation, record);
  return leaves_image(question.operation.op) ? judge_left_image(question, observation, record)
                                             : judge_data(question, observation, record);
}

}  // namespace conform
