#include "report/markdown.hpp"

#include <set>

#include "report/failure/again.hpp"
#include "report/failure/diagnosis.hpp"
#include "report/failure/wording.hpp"
#include "report/markdown_text.hpp"
#include "report/terminal/matrix.hpp"
#include "report/versions.hpp"

namespace conform::report {
namespace {

std::string family_cell(const Tally& tally) {
  if (tally.selected == tally.not_offered) return "-";
  if (tally.executed() == 0) return "not run";
  const int worst = tally.worst();
  const char* mark = worst >= badness_of_invented_bytes    ? " **!**"
                     : worst > badness_of_unnoticed_flaws  ? " **×**"
                     : worst == badness_of_unnoticed_flaws ? " **f**"
                                                           : "";
  return fmt::format("{}/{}{}", tally.well(), tally.executed(), mark);
}

std::string family_table(const std::vector<ImplementationSummary>& summaries) {
  std::set<std::string> families;
  for (const auto& summary : summaries)
    for (const auto& [family, tally] : summary.families) families.insert(family);
  std::string head = "| family |", rule = "|---|", rows;
  for (const auto& summary : summaries) {
    head += " " + plain_markdown(summary.info.name) + " |";
    rule += "---:|";
  }
  for (const auto& family : families) {
    rows += "| " + family + " |";
    for (const auto& summary : summaries) {
      const auto found = summary.families.find(family);
      rows += " " + (found == summary.families.end() ? std::string() : family_cell(found->second)) + " |";
    }
    rows += "\n";
  }
  return head + "\n" + rule + "\n" + rows;
}

std::string failed_case(const FailedCase& failed, const Header& header, const ImplementationInfo& info) {
  const Record& worst = *failed.records[0];
  std::string operations;
  for (const Record* one : failed.records)
    operations += (operations.empty() ? "" : ", ") + operation_words(*one, failed.tested);
  std::string text = fmt::format("- **{}** `{}` ({}; {}): {}", name(worst.status), failed.id, name(worst.level),
                                 operations, failed.tested ? plain_markdown(failed.tested->title) : "");
  text += fmt::format("  \n  expected {}; {}{}{}", expected_answer(worst), ending_words(worst),
                      worst.detail.empty() ? "" : "; ", plain_markdown(worst.detail));
  if (const auto bytes = differing_bytes(worst); !bytes.empty()) text += "  \n  " + bytes;
  return text + fmt::format("  \n  `{}`\n", again_command(header, info, failed.id));
}

std::string failures_of(const ImplementationSummary& summary, const Sources& sources) {
  const auto found = diagnose(sources.results, summary.info.name, sources.corpus, sources.mistakes);
  const auto& first = found.first;
  if (!first) return "";
  std::string text = fmt::format("\n## {}\n", plain_markdown(summary.info.name));
  text += fmt::format("\nStart with `{}`: it explains {} of the other {} failing cases.\n", first->one->id,
                      first->explains, first->others);
  for (const auto& likeness : found.likenesses)
    text += "\nLooks like: " + plain_markdown(likeness_words(likeness)) + "\n";
  for (const auto& clause : found.tree) {
    text += fmt::format("\n### [{}]{}\n\n", clause.slug,
                        clause.clause ? fmt::format(" ({})", name(clause.clause->level)) : "");
    if (clause.clause) text += clause.clause->sentence + "\n\n";
    if (!clause.said.empty()) text += fmt::format("On all of these it said: {}\n\n", plain_markdown(clause.said));
    for (const auto& one : clause.cases) text += failed_case(one, sources.results.header, summary.info);
  }
  return text;
}

}  // namespace

std::string markdown(const Sources& sources) {
  const auto summaries = worst_first(summarise(sources.results));
  const Header& header = sources.results.header;
  std::string text = fmt::format("# Compressed clusters in qcow2: a conformance report\n\n{}, corpus {}.\n\n",
                                 header.suite, header.corpus_digest.substr(0, 12));
  text += summary_table(summaries) +
          "\n`must` counts must operations: those passed, of those that the implementation offers and claims. The next "
          "three columns count the other must operations. The last three count operations of every level.\n\n"
          "Operations passed of those run, by family (! wrong bytes returned, f a flaw missed but no wrong byte, "
          "× another failure):\n\n" +
          family_table(summaries) + "\n";
  for (const auto& summary : summaries) text += identity(summary);
  if (const auto trends = version_trends(sources); !trends.empty()) text += "\n" + trends;
  for (const auto& summary : summaries) text += failures_of(summary, sources);
  return text;
}

}  // namespace conform::report
