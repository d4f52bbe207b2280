#include "failures.hpp"

#include <algorithm>
#include <map>
#include <tuple>

namespace conform {
namespace {

constexpr std::size_t at_length_max = 12;         // cases, of a single implementation that fails
constexpr std::size_t at_length_of_many_max = 2;  // of each, where several do

bool is_worth_telling(const Record& record) {
  return is_nonconformance(record.status) || record.status == Status::harness_error;
}

std::string expected(const Record& record) {
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

using Failed = std::vector<const Record*>;  // of one case on one implementation, worst first

std::string operation_name(const Record& record, const Case* of) {
  std::string text(name(record.op));
  if (!of || record.op != Op::read_range) return text;
  const auto& operation = of->operations.at(record.index);
  return fmt::format("{} {:#x}+{}", text, operation.offset, operation.length);
}

class Writer {
 public:
  Writer(const Corpus& corpus, const Paint& paint, std::size_t width) : corpus_(corpus), paint_(paint), width_(width) {}

  /// "libqcow wrong-reject: maximal-past-end-of-file: read, read-range 0x0+512 (must)"
  std::string line(const Failed& failed) const {
    const Record& worst = *failed[0];
    std::string operations;
    for (const Record* one : failed)
      operations += (operations.empty() ? "" : ", ") + operation_name(*one, corpus_.find(one->case_id));
    return fmt::format("{} {}: {}: {} ({})\n", paint_.strong(worst.implementation),
                       paint_.by_badness(badness(worst.status), name(worst.status)), paint_.strong(worst.case_id),
                       operations, name(worst.level));
  }

  std::string at_length(const Failed& failed) const {
    const Record& worst = *failed[0];
    const Case* of = corpus_.find(worst.case_id);
    std::string text = line(failed);
    if (of)
      field(text, "case", of->title + (of->baseline.empty() ? "" : "; as " + of->baseline + ", but " + of->delta));
    for (const auto& slug : worst.clauses)
      if (const Clause* clause = corpus_.clauses().find(slug))
        field(text, "rule", fmt::format("[{}, {}] {}", slug, name(clause->level), clause->sentence));
    for (const Record* one : failed) operation(text, *one, of);
    if (of) field(text, "why", of->why);
    return text + "\n";
  }

 private:
  void operation(std::string& text, const Record& record, const Case* of) const {
    field(text, "asked", fmt::format("{}: expected {}", operation_name(record, of), expected(record)));
    field(text, "got",
          fmt::format("{}, {}{}{}", name(record.status), ending(record), record.detail.empty() ? "" : "; ",
                      record.detail));
    if (record.first_diff)
      field(text, "byte", differing_bytes(*record.first_diff, record.status == Status::wrong_accept));
    field(text, "said", record.messages);
  }

  /// "  name   value", the value in as many lines as it takes.
  void field(std::string& text, const char* name, const std::string& value) const {
    constexpr std::size_t indent = 8;
    std::string label = fmt::format("  {:<{}}", name, indent - 2);
    const std::size_t room = std::max<std::size_t>(width_, indent + 20) - indent;
    for (std::size_t at = 0; at < value.size();) {
      std::size_t end = std::min(at + room, value.size());
      if (const auto blank = value.rfind(' ', end); end < value.size() && blank != std::string::npos && blank > at)
        end = blank;
      text += paint_.faint(label) + value.substr(at, end - at) + "\n";
      at = value.find_first_not_of(' ', end);
      label.assign(indent, ' ');
    }
  }

  const Corpus& corpus_;
  const Paint& paint_;
  std::size_t width_;
};

/// The failed cases of an implementation, worst first.
std::vector<Failed> failed_cases(const Results& results, const std::string& implementation) {
  std::map<std::string, Failed> by_case;
  for (const auto& record : results.records)
    if (record.implementation == implementation && is_worth_telling(record)) by_case[record.case_id].push_back(&record);
  std::vector<Failed> cases;
  for (auto& [id, failed] : by_case) {
    std::sort(failed.begin(), failed.end(), [](const Record* a, const Record* b) {
      return std::tuple(-badness(a->status), a->index) < std::tuple(-badness(b->status), b->index);
    });
    cases.push_back(std::move(failed));
  }
  std::sort(cases.begin(), cases.end(), [](const Failed& a, const Failed& b) {
    return std::tie(a[0]->level, a[0]->family, a[0]->case_id) < std::tie(b[0]->level, b[0]->family, b[0]->case_id);
  });
  std::stable_sort(cases.begin(), cases.end(),
                   [](const Failed& a, const Failed& b) { return badness(a[0]->status) > badness(b[0]->status); });
  return cases;
}

}  // namespace

std::string failures(const Results& results, const std::vector<ImplementationSummary>& summaries, const Corpus& corpus,
                     const Paint& paint, std::size_t width) {
  const Writer writer(corpus, paint, width);
  std::vector<std::vector<Failed>> failing;
  for (const auto& summary : summaries)
    if (auto cases = failed_cases(results, summary.info.name); !cases.empty()) failing.push_back(std::move(cases));
  const std::size_t length_max = failing.size() > 1 ? at_length_of_many_max : at_length_max;
  std::string text;
  for (const auto& cases : failing) {
    for (std::size_t i = 0; i < cases.size(); ++i)
      text += i < length_max ? writer.at_length(cases[i]) : writer.line(cases[i]);
    if (cases.size() > length_max) text += paint.faint("(run it alone to see more at length)") + "\n\n";
  }
  return text;
}

}  // namespace conform
