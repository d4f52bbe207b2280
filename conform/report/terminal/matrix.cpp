#include "report/terminal/matrix.hpp"

#include <algorithm>
#include <iterator>
#include <set>
#include <tuple>

#include "base/terminal.hpp"

namespace conform {
namespace {

constexpr const char* legend = "passed/run   ! wrong bytes   x another failure   f a flaw missed   ~ not scored";

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

bool ran(const ImplementationSummary& summary) { return summary.all.executed() > 0; }

std::size_t widest_name(const std::vector<ImplementationSummary>& summaries) {
  std::size_t widest = 0;
  for (const auto& summary : summaries) widest = std::max(widest, summary.info.name.size());
  return widest;
}

/// A row an implementation, for those of `columns` that stand in [first, end).
std::string block(const std::vector<ImplementationSummary>& summaries, const std::vector<Column>& columns,
                  std::size_t first, std::size_t end, const Paint& paint) {
  const std::size_t names = widest_name(summaries);
  std::string above(names, ' ');
  std::string heading(names, ' ');
  for (std::size_t i = first; i < end; ++i) {
    above += fmt::format("  {:>{}}", columns[i].above, columns[i].width());
    heading += fmt::format("  {:>{}}", columns[i].heading, columns[i].width());
  }
  std::string text = above + "\n" + heading + "\n";
  for (std::size_t row = 0; row < summaries.size(); ++row) {
    text += fmt::format("{:<{}}", summaries[row].info.name, names);
    for (std::size_t i = first; i < end; ++i) {
      const auto& one = columns[i].cells[row];
      text += "  " + paint.by_badness(one.badness, fmt::format("{:>{}}", one.text, columns[i].width()));
    }
    text += "\n";
  }
  return text;
}

std::string in_blocks(const std::vector<ImplementationSummary>& summaries, const Paint& paint, std::size_t width) {
  const auto columns = columns_of(summaries);
  std::string text;
  for (std::size_t first = 0; first < columns.size();) {
    std::size_t end = first;
    for (std::size_t used = widest_name(summaries);
         end < columns.size() && (end == first || used + 2 + columns[end].width() <= width); ++end)
      used += 2 + columns[end].width();
    text += (first == 0 ? "" : "\n") + block(summaries, columns, first, end, paint);
    first = end;
  }
  return text;
}

/// A row a family.
std::string turned(const ImplementationSummary& summary, const Paint& paint) {
  const auto columns = columns_of({summary});
  std::size_t names = 0, cells = 0;
  for (const auto& column : columns) {
    names = std::max(names, column.above.size() + column.heading.size());
    cells = std::max(cells, column.cells[0].text.size());
  }
  std::string text = summary.info.name + "\n";
  for (const auto& column : columns)
    text += fmt::format("  {:<{}}  {}\n", column.above + column.heading, names,
                        paint.by_badness(column.cells[0].badness, fmt::format("{:>{}}", column.cells[0].text, cells)));
  return text;
}

std::string sum_of_statuses(const Tally& tally) {
  std::string sum;
  for (Status status : statuses)
    if (const auto number = tally.count(status); number > 0)
      sum += fmt::format("{}{} {}", sum.empty() ? "" : " + ", number, name(status));
  return fmt::format("{} selected = {}", tally.selected, sum);
}

/// "absent: nbdkit, systemd-import (`qcow2-conform doctor` says what each needs)"
std::string absent_line(const std::vector<ImplementationSummary>& summaries) {
  std::string names;
  for (const auto& summary : summaries)
    if (!summary.info.absent.empty()) names += (names.empty() ? "" : ", ") + summary.info.name;
  return names.empty() ? "" : "absent: " + names + " (`qcow2-conform doctor` says what each needs)";
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

std::string matrix(const std::vector<ImplementationSummary>& summaries, const Paint& paint, std::size_t width) {
  std::vector<ImplementationSummary> shown;
  std::copy_if(summaries.begin(), summaries.end(), std::back_inserter(shown), ran);
  if (shown.empty()) return "nothing ran\n";
  return (shown.size() == 1 ? turned(shown[0], paint) : in_blocks(shown, paint, width)) + wrapped("", legend, width);
}

std::string identities(const std::vector<ImplementationSummary>& summaries, const Paint& paint, std::size_t width) {
  std::string text;
  for (const auto& summary : summaries) {
    const auto& info = summary.info;
    if (!info.absent.empty() && summaries.size() > 1) continue;
    text += paint.strong(info.name) + "\n" + wrapped("  ", info.version, width);
    text += wrapped("  ", summary.score.text(), width);
    text += wrapped("  ", sum_of_statuses(summary.all), width);
    if (!info.absent.empty()) text += paint.doubtful(wrapped("  ", "not run: " + info.absent, width));
    if (!info.canary.empty()) text += paint.worst(wrapped("  ", "stopped: " + info.canary, width));
    for (const auto& remark : info.remarks) text += wrapped("  ", remark, width);
  }
  return summaries.size() > 1 ? text + wrapped("", absent_line(summaries), width) : text;
}

}  // namespace conform
