#include "report/markdown_text.hpp"

namespace conform::report {
namespace {

std::size_t with_badness(const Tally& tally, int least, int most) {
  std::size_t number = 0;
  for (const auto& [status, times] : tally.counts)
    if (badness(status) >= least && badness(status) <= most) number += times;
  return number;
}

}  // namespace

std::string plain_markdown(std::string_view text) {
  std::string plain;
  for (char c : text) {
    if (std::string_view("\\`*_[]<>|#").find(c) != std::string_view::npos) plain += '\\';
    plain += c == '\n' ? ' ' : c;
  }
  return plain;
}

std::string summary_table(const std::vector<ImplementationSummary>& summaries) {
  std::string text =
      "| implementation | version | must | not offered | unsupported | not run | wrong bytes | other failures | flaws "
      "unnoticed |\n"
      "|---|---|---:|---:|---:|---:|---:|---:|---:|\n";
  for (const auto& summary : summaries) {
    const Tally& all = summary.all;
    const Score& score = summary.score;
    text += fmt::format("| {} | {} | {} | {} | {} | {} | {} | {} | {} |\n", plain_markdown(summary.info.name),
                        plain_markdown(summary.info.version), score.fraction(), score.not_offered(),
                        score.unsupported(), score.not_run(), with_badness(all, 5, 5), with_badness(all, 3, 4),
                        all.count(Status::flaw_unnoticed));
  }
  return text;
}

std::string identity(const ImplementationSummary& summary) {
  std::string sum;
  for (Status status : statuses)
    if (const auto number = summary.all.count(status); number > 0)
      sum += fmt::format("{}{} {}", sum.empty() ? "" : " + ", number, name(status));
  return fmt::format("- {}: {}. {} selected = {}{}\n", plain_markdown(summary.info.name), summary.score.text(),
                     summary.all.selected, sum,
                     summary.info.canary.empty() ? "" : "; stopped: " + plain_markdown(summary.info.canary));
}

}  // namespace conform::report
