#include "report/terminal/matrix.hpp"

#include <algorithm>
#include <set>
#include <tuple>

namespace conform {
namespace {

constexpr const char* legend = "well/run   ! wrong bytes   x another failure   f a flaw unnoticed   ~ not scored\n";

std::size_t how_many(const Tally& tally, int badness_min, int badness_max) {
  std::size_t number = 0;
  for (const auto& [status, times] : tally.counts)
    if (badness(status) >= badness_min && badness(status) <= badness_max) number += times;
  return number;
}

struct Cell {
  std::string text;
  int badness;
};

constexpr const char* not_offered = "-";

const char* mark(int worst) {
  if (worst >= badness_of_invented_bytes) return "!";
  if (worst > badness_of_unnoticed_flaws) return "x";
  if (worst == badness_of_unnoticed_flaws) return "f";
  return worst == 1 ? "~" : " ";
}

Cell family_cell(const Tally& tally) {
  if (tally.selected == tally.not_offered) return {not_offered, 0};
  if (tally.executed() == 0) return {"not run", 1};
  return {fmt::format("{}/{}{}", tally.well(), tally.executed(), mark(tally.worst())), tally.worst()};
}

Cell must_cell(const ImplementationSummary& summary) {
  if (summary.score.asked() == 0) return {not_offered, 0};
  if (summary.must.executed() == 0) return {"not run", 1};
  return {summary.score.fraction() + mark(summary.score.worst()), summary.score.worst()};
}

/// A column: its heading on two lines ("stream-" over "deflate"), and its cells, one a row.
struct Column {
  std::string above, heading;
  std::vector<Cell> cells;

  std::size_t width() const {
    std::size_t widest = std::max(above.size(), heading.size());
    for (const auto& one : cells) widest = std::max(widest, one.text.size());
    return widest;
  }
};

Column family_column(const std::string& family, const std::vector<ImplementationSummary>& summaries) {
  const auto dash = family.find('-');
  Column column{dash == std::string::npos ? "" : family.substr(0, dash + 1),
                dash == std::string::npos ? family : family.substr(dash + 1),
                {}};
  for (const auto& summary : summaries) {
    const auto found = summary.families.find(family);
    column.cells.push_back(family_cell(found == summary.families.end() ? Tally{} : found->second));
  }
  return column;
}

std::vector<Column> columns_of(const std::vector<ImplementationSummary>& summaries) {
  std::set<std::string> families;
  for (const auto& summary : summaries)
    for (const auto& [family, tally] : summary.families) families.insert(family);
  std::vector<Column> columns;
  for (const auto& family : families) columns.push_back(family_column(family, summaries));
  Column must{"", "must", {}};
  for (const auto& summary : summaries) must.cells.push_back(must_cell(summary));
  columns.push_back(std::move(must));
  return columns;
}

}  // namespace

std::vector<ImplementationSummary> worst_first(std::vector<ImplementationSummary> summaries) {
  const auto key = [](const ImplementationSummary& summary) {
    return std::tuple(how_many(summary.all, 5, 5), how_many(summary.all, 3, 4), how_many(summary.all, 2, 2),
                      how_many(summary.all, 1, 1));
  };
  std::stable_sort(summaries.begin(), summaries.end(), [&](const auto& a, const auto& b) { return key(a) > key(b); });
  return summaries;
}

std::string matrix(const std::vector<ImplementationSummary>& summaries, const Paint& paint) {
  const auto columns = columns_of(summaries);
  std::size_t names = 0;
  for (const auto& summary : summaries) names = std::max(names, summary.info.name.size());

  std::string above(names, ' ');
  std::string heading(names, ' ');
  for (const auto& column : columns) {
    above += fmt::format("  {:>{}}", column.above, column.width());
    heading += fmt::format("  {:>{}}", column.heading, column.width());
  }
  std::string text = above + "\n" + heading + "\n";
  for (std::size_t row = 0; row < summaries.size(); ++row) {
    text += fmt::format("{:<{}}", summaries[row].info.name, names);
    for (const auto& column : columns) {
      const auto& one = column.cells[row];
      const auto padded = fmt::format("{:>{}}", one.text, column.width());
      text += "  " + (one.text == not_offered ? padded : paint.by_badness(one.badness, padded));
    }
    text += "\n";
  }
  return text + paint.faint(legend);
}

std::string identities(const std::vector<ImplementationSummary>& summaries, const Paint& paint) {
  std::string text;
  for (const auto& summary : summaries) {
    const auto& info = summary.info;
    text += fmt::format("{}{}\n", paint.strong(info.name), info.version.empty() ? "" : " (" + info.version + ")");
    std::string sum;
    for (Status status : statuses)
      if (const auto number = summary.all.count(status); number > 0)
        sum += fmt::format("{}{} {}", sum.empty() ? "" : " + ", number, name(status));
    text += fmt::format("  {}\n  {} selected = {}\n", summary.score.text(), summary.all.selected, sum);
    if (!info.absent.empty()) text += fmt::format("  {}\n", paint.doubtful("not run: " + info.absent));
    if (!info.canary.empty()) text += fmt::format("  {}\n", paint.worst("stopped: " + info.canary));
    for (const auto& remark : info.remarks) text += fmt::format("  {}\n", remark);
  }
  return text;
}

}  // namespace conform
