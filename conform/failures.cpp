#include "failures.hpp"

#include <algorithm>

namespace conform {
namespace {

constexpr std::size_t at_length_max = 12;

bool is_worth_telling(const Record& record) {
  return is_nonconformance(record.status) || record.status == Status::harness_error;
}

std::string expected(const Record& record) {
  const auto verdict = record.expect.value("verdict", "");
  if (verdict == "either") {
    std::string names;
    for (const auto& [choice, text] : record.expect.at("choices").items()) names += (names.empty() ? "" : ", ") + choice;
    return "one of " + names;
  }
  const auto stage = record.expect.value("stage", "");
  return verdict + (stage.empty() ? "" : " (" + stage + ")");
}

std::string ending(const Record& record) {
  if (record.signal) return fmt::format("signal {}", *record.signal);
  return record.exit ? fmt::format("exit {}", *record.exit) : std::string("no end");
}

std::string spaced(const std::string& hex) {
  std::string text;
  for (std::size_t i = 0; i < hex.size(); i += 2) text += (i ? " " : "") + hex.substr(i, 2);
  return text.empty() ? "nothing" : text;
}

/// "0x1200: expected 41 42, got 00 00"; a byte that nobody may hand out has no expected value.
std::string differing_bytes(const FirstDiff& diff, bool refused) {
  if (refused) return fmt::format("{:#x}: got {}", diff.offset, spaced(diff.got));
  return fmt::format("{:#x}: expected {}, got {}", diff.offset, spaced(diff.expected), spaced(diff.got));
}

class Writer {
 public:
  Writer(const Corpus& corpus, const Paint& paint) : corpus_(corpus), paint_(paint) {}

  std::string line(const Record& record) const {
    return fmt::format("{} {}: {}, {} ({})\n", paint_.strong(record.implementation),
                       paint_.by_badness(badness(record.status), name(record.status)), record.case_id, name(record.op),
                       name(record.level));
  }

  std::string at_length(const Record& record) const {
    std::string text = line(record);
    const Case* of = corpus_.find(record.case_id);
    if (of) field(text, "case", of->title);
    for (const auto& slug : record.clauses)
      if (const Clause* clause = corpus_.clauses().find(slug))
        field(text, "rule", fmt::format("[{}, {}] {}", slug, name(clause->level), clause->sentence));
    if (of && !of->baseline.empty()) field(text, "twin", fmt::format("{}; here {}", of->baseline, of->delta));
    field(text, "expected", expected(record));
    field(text, "got", fmt::format("{}{}{}", ending(record), record.detail.empty() ? "" : "; ", record.detail));
    if (record.first_diff)
      field(text, "byte", differing_bytes(*record.first_diff, record.status == Status::wrong_accept));
    field(text, "said", record.messages);
    if (of) field(text, "why", of->why);
    field(text, "again", fmt::format("qcow2-conform run --case {} and the same implementation", record.case_id));
    return text;
  }

 private:
  void field(std::string& text, const char* name, const std::string& value) const {
    if (!value.empty()) text += fmt::format("  {} {}\n", paint_.faint(fmt::format("{:<8}", name)), value);
  }

  const Corpus& corpus_;
  const Paint& paint_;
};

}  // namespace

std::string failures(const Results& results, const std::vector<ImplementationSummary>& summaries, const Corpus& corpus,
                     const Paint& paint) {
  const Writer writer(corpus, paint);
  std::string text;
  for (const auto& summary : summaries) {
    std::vector<const Record*> failed;
    for (const auto& record : results.records)
      if (record.implementation == summary.info.name && is_worth_telling(record)) failed.push_back(&record);
    std::sort(failed.begin(), failed.end(), [](const Record* a, const Record* b) {
      return std::tuple(-badness(a->status), a->level, a->family, a->case_id, a->index) <
             std::tuple(-badness(b->status), b->level, b->family, b->case_id, b->index);
    });
    for (std::size_t i = 0; i < failed.size(); ++i)
      text += i < at_length_max ? writer.at_length(*failed[i]) + "\n" : writer.line(*failed[i]);
    if (failed.size() > at_length_max) text += "\n";
  }
  return text;
}

}  // namespace conform
