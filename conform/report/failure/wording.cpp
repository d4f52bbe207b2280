#include "report/failure/wording.hpp"

namespace conform {
namespace {

constexpr std::size_t bytes_shown = 8;

std::string spaced(const std::string& hex) {
  std::string text;
  for (std::size_t i = 0; i < hex.size() && i < 2 * bytes_shown; i += 2) text += (i ? " " : "") + hex.substr(i, 2);
  return text.empty() ? "nothing" : text;
}

}  // namespace

bool is_worth_telling(const Record& record) {
  return is_nonconformance(record.status) || record.status == Status::harness_error;
}

std::string expected_answer(const Record& record) {
  const auto verdict = record.expect.value("verdict", "");
  if (verdict == "either") {
    std::string names;
    for (const auto& [choice, text] : record.expect.at("choices").items())
      names += (names.empty() ? "" : ", ") + choice;
    return "one of " + names;
  }
  const auto stage = record.expect.value("stage", "");
  return verdict + (stage.empty() ? "" : " (" + stage + ")");
}

std::string operation_words(const Record& record, const Case* tested) {
  std::string text(name(record.op));
  if (!tested || record.index >= tested->operations.size()) return text;
  const auto& operation = tested->operations[record.index];
  if (record.op == Op::read_snapshot) return fmt::format("{} {}", text, operation.snapshot);
  if (record.op != Op::read_range) return text;
  return fmt::format("{} {:#x}+{}", text, operation.offset, operation.length);
}

std::string ending_words(const Record& record) {
  const bool stopped = record.status == Status::timeout || record.status == Status::resource;
  if (record.exit) return fmt::format("exit {}", *record.exit);
  if (record.signal && !stopped) return fmt::format("signal {}", *record.signal);
  if (!was_executed(record.status)) return "no end";
  return stopped ? "no end of its own" : "answered";
}

std::string differing_bytes(const Record& record) {
  if (!record.first_diff) return "";
  const FirstDiff& diff = *record.first_diff;
  if (record.status == Status::wrong_accept)
    return fmt::format("guest byte {:#x}: expected a refusal, got {}", diff.offset, spaced(diff.got));
  if (record.status == Status::wrong_reject)
    return fmt::format("guest byte {:#x}: expected {}, got a refusal", diff.offset, spaced(diff.expected));
  return fmt::format("guest byte {:#x}: expected {}, got {}", diff.offset, spaced(diff.expected), spaced(diff.got));
}

std::string ending_in_full(const Record& record) {
  std::string text(name(record.status));
  if (const auto ending = ending_words(record); ending != "answered" || record.detail.empty()) text += ", " + ending;
  return text + (record.detail.empty() ? "" : "; " + record.detail);
}

std::string what_came(const Record& record) {
  const auto bytes = differing_bytes(record);
  return bytes.empty() ? ending_in_full(record) : bytes;
}

std::string rule_words(const std::string& slug, const Clauses& clauses) {
  const Clause* clause = clauses.find(slug);
  return clause ? fmt::format("[{}, {}] {}", slug, name(clause->level), clause->sentence) : fmt::format("[{}]", slug);
}

std::string_view meaning(Status status) {
  switch (status) {
    case Status::pass: return "passed";
    case Status::wrong_data: return "accepted, but returned wrong bytes or a wrong map";
    case Status::wrong_accept: return "accepted what must be refused, and returned invented bytes or an invented map";
    case Status::flaw_unnoticed: return "missed what is wrong with the image; returned no wrong byte";
    case Status::wrong_reject: return "refused what must be accepted";
    case Status::unsound_image: return "left an image with the right disk that breaks a rule of writing";
    case Status::crash: return "ended without a valid answer";
    case Status::timeout: return "did not end in time";
    case Status::resource: return "exceeded a limit of memory, time or output";
    case Status::tampered: return "changed the image";
    case Status::flaky: return "answered differently when asked again";
    case Status::unsupported: return "refused a feature that it does not claim";
    case Status::not_run: return "was not run";
    case Status::harness_error: return "could not be run: a failure of the suite";
    case Status::known_fail: return "failed as the list of known failures says";
    case Status::unexpected_pass: return "passed, although the list of known failures says that it fails";
    case Status::choice: return "gave one of the allowed answers";
    case Status::inconsistent_choice: return "answers one open question in two ways; neither is wrong";
    case Status::observed: return "was observed; no answer is expected";
  }
  return "?";
}

}  // namespace conform
