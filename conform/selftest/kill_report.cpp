#include "selftest/kill_report.hpp"

#include <algorithm>

namespace conform {
namespace {

constexpr std::size_t killers_named = 4;

std::string title_of(const Corpus& corpus, const std::string& id) {
  const Case* found = corpus.find(id);
  return found ? found->title : "";
}

/// A cell of a Markdown table.
std::string in_cell(const std::string& text) {
  std::string escaped;
  for (char c : text) escaped += c == '|' ? std::string("\\|") : std::string(1, c);
  return escaped;
}

std::string killers(const KillMatrix& matrix, const MatrixMutant& row) {
  std::string names;
  std::size_t number = 0;
  for (std::size_t i = 0; i < matrix.cases.size(); ++i)
    if (cell::is_kill(row.cells[i]) && ++number <= killers_named)
      names += (names.empty() ? "" : ", ") + matrix.cases[i].id;
  return number > killers_named ? fmt::format("{} and {} more", names, number - killers_named) : names;
}

std::string fate(const KillMatrix& matrix, const MatrixMutant& row) {
  if (row.kills() > 0) return killers(matrix, row);
  if (!row.mutant.equivalent.empty()) return "*equivalent:* " + row.mutant.equivalent;
  return row.crashes() > 0 ? "**lives** (it crashes, which does not count as a kill)" : "**lives**";
}

std::string list(const char* heading, const std::vector<std::string>& lines) {
  if (lines.empty()) return {};
  std::string text = fmt::format("## {}\n", heading);
  for (const auto& line : lines) text += "- " + line + "\n";
  return text + "\n";
}

std::string mutants_table(const KillMatrix& matrix) {
  std::string text;
  const std::string* part = nullptr;
  for (const auto& row : matrix.mutants) {
    if (!part || *part != row.mutant.part)
      text += fmt::format("{}### {}\n| mutant | the mistake | made by | cases | killed by |\n|---|---|---|---|---|\n",
                          part ? "\n" : "", row.mutant.part);
    part = &row.mutant.part;
    text += fmt::format("| `{}` | {} | {} | {} | {} |\n", row.mutant.name, in_cell(row.mutant.mistake),
                        in_cell(row.mutant.made_by), row.kills(), in_cell(fate(matrix, row)));
  }
  return text;
}

std::string cases_table(const KillMatrix& matrix) {
  std::string text = "| case | level | mutants killed |\n|---|---|---|\n";
  for (std::size_t i = 0; i < matrix.cases.size(); ++i) {
    const auto& one = matrix.cases[i];
    const auto number = matrix.kills_of_case(i);
    if (number > 0) text += fmt::format("| {}/{} | {} | {} |\n", one.family, one.id, name(one.level), number);
  }
  return text;
}

std::string controls_list(const KillReport& report) {
  std::string text;
  for (const auto& [id, reason] : report.controls)
    text += fmt::format("- **{}** ({}): {}\n", id, title_of(report.corpus, id), reason);
  return text.empty() ? "none\n" : text;
}

std::string open_list(const KillMatrix& matrix) {
  std::string text;
  for (const auto& one : matrix.cases)
    if (!one.scored()) text += fmt::format("{}{}", text.empty() ? "" : ", ", one.id);
  return text.empty() ? "none" : text;
}

}  // namespace

std::string summary_line(const KillReport& report) {
  const auto& matrix = report.matrix;
  std::size_t killed = 0;
  std::size_t equivalent = 0;
  for (const auto& row : matrix.mutants) {
    if (row.kills() > 0) ++killed;
    if (!row.mutant.equivalent.empty()) ++equivalent;
  }
  std::size_t scored = 0;
  std::size_t killing = 0;
  bool whole = true;
  for (std::size_t i = 0; i < matrix.cases.size(); ++i) {
    if (matrix.cases[i].scored()) ++scored;
    if (matrix.kills_of_case(i) > 0) ++killing;
    whole = whole && matrix.known(i);
  }
  return fmt::format(
      "{} mutants: {} killed, {} equivalent, {} living; {} must and should cases: {} kill, {} do not{}, {} of these "
      "named "
      "as controls",
      matrix.mutants.size(), killed, equivalent, report.judgement.survivors.size(), scored, killing, scored - killing,
      whole ? "" : " as far as they were run", report.controls.size());
}

std::string markdown(const KillReport& report) {
  const auto& matrix = report.matrix;
  return fmt::format(
      "# Kill matrix\n"
      "Each mutant is the reference model with one mistake in it. A case kills a mutant when it catches it handing "
      "out\n"
      "wrong data or giving a wrong verdict; a crash alone does not count. Made by `qcow2-conform selftest`; do not "
      "edit.\n"
      "\n**{}.**\n\n{}{}{}"
      "## Positive controls\n"
      "Cases that no mutant fails, and why they stay:\n\n{}\n"
      "## Mutants\n{}\n## Cases that kill\n{}\n"
      "## Cases that cannot kill\n"
      "They are on points that the text leaves open, and report a choice: {}.\n",
      summary_line(report), list("Living mutants", report.judgement.survivors),
      list("Cases that kill nothing", report.judgement.idle_cases), list("Errors", report.judgement.errors),
      controls_list(report), mutants_table(matrix), cases_table(matrix), open_list(matrix));
}

}  // namespace conform
