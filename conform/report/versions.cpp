#include "report/versions.hpp"

#include <algorithm>
#include <map>

#include "report/markdown_text.hpp"
#include "report/terminal/side_by_side.hpp"
#include "results/program_versions.hpp"

namespace conform::report {
namespace {

/// What a program's versions answered, in their order.
Results results_of(const Program& program, const Results& results) {
  Results own{results.header, {}, {}};
  own.header.implementations.clear();
  for (const auto* version : program.versions) own.header.implementations.push_back(version->info);
  std::copy_if(results.records.begin(), results.records.end(), std::back_inserter(own.records),
               [&](const Record& record) {
                 return std::any_of(program.versions.begin(), program.versions.end(),
                                    [&](const auto* version) { return version->info.name == record.implementation; });
               });
  return own;
}

/// The operations with one set of answers: "read of a, b; check of c".
class Operations {
 public:
  void add(const ComparedRow& row) {
    auto& cases = by_name_[row.operation];
    cases += (cases.empty() ? "" : ", ") + row.case_id;
  }

  std::string text() const {
    std::string text;
    for (const auto& [operation, cases] : by_name_)
      text += fmt::format("{}{} of {}", text.empty() ? "" : "; ", operation, cases);
    return text;
  }

 private:
  std::map<std::string, std::string> by_name_;
};

struct Answers {
  std::vector<std::string> words;
  int worst = 0;
  friend auto operator<=>(const Answers& a, const Answers& b) {
    return std::tuple(-a.worst, a.words) <=> std::tuple(-b.worst, b.words);
  }
};

Answers answers_of(const ComparedRow& row) {
  Answers answers;
  for (const Record* record : row.cells) {
    answers.words.push_back(record ? answer(*record) : "");
    if (record) answers.worst = std::max(answers.worst, badness(record->status));
  }
  return answers;
}

std::string differences(const Program& program, const SideBySide& compared) {
  std::map<Answers, Operations> rows;
  for (const auto& row : compared.rows)
    if (row.differs()) rows[answers_of(row)].add(row);
  if (rows.empty()) return "All of them answer every operation alike.\n";
  std::string head = "|", rule = "|", text;
  for (const auto* version : program.versions) {
    head += " " + plain_markdown(version_label(version->info)) + " |";
    rule += "---|";
  }
  for (const auto& [answers, operations] : rows) {
    for (const auto& words : answers.words) text += "| " + plain_markdown(words) + " ";
    text += "| " + operations.text() + " |\n";
  }
  return head + " operations |\n" + rule + "---|\n" + text;
}

Result<std::string> trend(const Program& program, const Results& results) {
  const std::vector<Results> own{results_of(program, results)};
  const auto compared = side_by_side(own);
  if (!compared) return tl::unexpected(compared.error());
  std::vector<ImplementationSummary> summaries;
  for (const auto* version : program.versions) summaries.push_back(*version);
  return fmt::format("\n### {}\n\n{}\n{}", plain_markdown(program.name), summary_table(summaries),
                     differences(program, *compared));
}

}  // namespace

std::string version_trends(const Sources& sources) {
  const auto summaries = summarise(sources.results);
  std::string text;
  for (auto program : programs_of(summaries)) {
    std::erase_if(program.versions, [](const auto* version) { return version->all.executed() == 0; });
    if (program.versions.size() < 2) continue;
    if (const auto one = trend(program, sources.results)) text += *one;
  }
  if (text.empty()) return text;
  return "## Versions side by side\n\nOldest first; of the operations, those that they answer differently.\n" + text;
}

std::string versions(const Sources& sources) {
  const auto trends = version_trends(sources);
  return fmt::format(
      "# Programs over their versions\n\n"
      "<!-- Made by `qcow2-conform report RESULTS --format versions`; edits by hand are lost. -->\n\n"
      "{}, corpus {}.\n\n{}",
      sources.results.header.suite, sources.results.header.corpus_digest.substr(0, 12),
      trends.empty() ? "No program ran in several versions.\n" : trends);
}

}  // namespace conform::report
