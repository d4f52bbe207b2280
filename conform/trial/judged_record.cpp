// A record has what every operation has (the process, the answer), and then, by the kind of its answer, the judgement
// of an image that was left, of data or a map that were given, or of a bare word.
#include "trial/judged_record.hpp"

#include <fmt/ranges.h>

#include "trial/custody.hpp"
#include "trial/judged_image.hpp"
#include "verdict/given_data.hpp"
#include "verdict/given_map.hpp"
#include "verdict/named_faults.hpp"
#include "verdict/written/kept_bytes.hpp"

namespace conform {
namespace {

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

/// The right bytes of an image that should have been refused: none of them is wrong.
void explain_unnoticed(const Case& tested, Record& record) {
  record.first_diff.reset();
  record.bytes = "twin";
  record.detail = fmt::format("returned the bytes of {}, its valid twin; it missed: {}", tested.baseline, tested.delta);
}

/// Whose the wrong bytes are, and where.
Result<void> explain(const Question& question, const Observation& observation, Record& record) {
  const auto& [bench, implementation, tested, operation] = question;
  if (record.observed_length.value_or(0) == 0) {
    record.bytes = "none";
    if (record.detail.empty()) record.detail = "accepted, but left no output";
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

bool is_served(const Question& question) {
  return question.implementation.commands.at(question.operation.op).by == By::server;
}

Result<void> judge_map(const Question& question, const Observation& observation, Record& record) {
  const auto given = examine_given_map(question.bench.corpus, question.tested, question.operation, observation.output);
  if (!given) return tl::unexpected(given.error());
  Facts facts = facts_of(question, observation);
  if (given->faults.empty()) facts.matches.insert("");
  facts.is_as_of_twin = given->is_as_of_twin;
  take_verdict(judge(question.operation.expect, facts), record);
  if (given->is_plain_data && wants_refusal(question.operation.expect) && is_served(question)) {
    record.status = Status::unsupported;
    record.detail = "called all blocks data, as NBD lets a server do instead of a refusal";
    return {};
  }
  if (!given->faults.empty()) record.answer = "other-map";
  record.detail = fmt::format("{}", fmt::join(given->faults, "; "));
  if (record.status == Status::flaw_unnoticed)
    record.detail = fmt::format("returned the map of {}, its valid twin; it missed: {}", question.tested.baseline,
                                question.tested.delta);
  return {};
}

/// How much of the disk came out before a refusal that should not have come.
Result<void> look_before_refusal(const Question& question, const Observation& observation, Record& record) {
  const auto& [bench, implementation, tested, operation] = question;
  if (operation.op != Op::read && operation.op != Op::read_range && operation.op != Op::read_snapshot) return {};
  const auto given = examine_given_data(bench.corpus, tested, operation, observation.output);
  if (!given) return tl::unexpected(given.error());
  const Segment part = part_read(bench.corpus, tested, operation);
  const std::uint64_t right = given->first_diff             ? given->first_diff->offset - part.begin
                              : given->matches.contains("") ? part.end - part.begin
                                                            : 0;
  record.detail +=
      right == 0 ? "; no byte was returned before" : fmt::format("; {} right bytes were returned before", right);
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

/// Beside a checker's word: the places that it named, where the case knows which are at fault.
Result<void> remark_places(const Question& question, const Observation& observation, Record& record) {
  const auto& [bench, implementation, tested, operation] = question;
  const auto& patterns = implementation.commands.at(operation.op).names;
  if (observation.answer != Answer::corrupt && observation.answer != Answer::leaks) return {};
  if (patterns.empty() && observation.found.empty()) return {};
  const auto layout = load_layout(bench.corpus.layout(tested));
  if (!layout) return tl::unexpected(layout.error());
  auto named = observation.found;
  for (const auto& pattern : patterns)
    for (const auto& place : pattern.find_in(observation.process.messages, layout->cluster_bits))
      named.push_back(place);
  record.properties = compare_places(*layout, named);
  if (record.properties.is_null() || record.properties["missed"].empty()) return {};
  if (!record.detail.empty()) record.detail += "; ";
  record.detail += fmt::format("at fault, and not named: host clusters {}; not scored",
                               fmt::join(record.properties["missed"].get<std::vector<std::string>>(), ", "));
  return {};
}

/// A change that was refused leaves the image as it was.
Result<void> judge_refused_change(const Question& question, const Observation& observation, Record& record) {
  const auto& [bench, implementation, tested, operation] = question;
  const auto lost = lost_bytes(bench, implementation.places, tested, observation.output);
  if (!lost) return tl::unexpected(lost.error());
  if (lost->empty()) return judge_word(question, observation, record);
  record.status = Status::wrong_data;
  record.answer = "other-bytes";
  record.detail = "[modify-refused] refused, but the image was changed: " + *lost;
  return {};
}

}  // namespace

Result<void> fill_record(const Question& question, const Observation& observation, Record& record) {
  take_process(observation, record);
  const Op op = question.operation.op;
  if (observation.failure) return judge_word(question, observation, record);
  if (op == Op::check) {
    auto judged = judge_word(question, observation, record);
    return judged ? remark_places(question, observation, record) : judged;
  }
  if (op == Op::repair && observation.answer != Answer::unsupported)
    return judge_repaired(question, observation, record);
  if (op == Op::modify && observation.answer == Answer::reject && wants_refusal(question.operation.expect))
    return judge_refused_change(question, observation, record);
  if (observation.answer != Answer::accept) return judge_word(question, observation, record);
  switch (op) {
    case Op::write:
    case Op::modify: return judge_left_image(question, observation, record);
    case Op::map: return judge_map(question, observation, record);
    case Op::read_parallel: return judge_given_ranges(question, observation, record);
    default: return judge_data(question, observation, record);
  }
}

}  // namespace conform
