#include "report/terminal/side_by_side.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <tuple>

namespace conform {
namespace {

bool was_run(const Record* record) { return record && was_executed(record->status); }

Result<void> of_one_corpus(const std::vector<Results>& results) {
  for (const auto& one : results)
    if (one.header.corpus_digest != results[0].header.corpus_digest)
      return fail("they used different corpora, {} and {}, so they cannot be compared",
                  results[0].header.corpus_digest.substr(0, 12), one.header.corpus_digest.substr(0, 12));
  return {};
}

/// Names where these differ, then with the version, then with a number.
std::vector<std::string> headings(const std::vector<const ImplementationInfo*>& columns) {
  std::map<std::string, int> names, versioned, seen;
  const auto with_version = [](const ImplementationInfo& info) {
    return info.version.find(info.name) == std::string::npos ? info.name + " " + info.version : info.version;
  };
  for (const auto* info : columns) {
    ++names[info->name];
    ++versioned[with_version(*info)];
  }
  std::vector<std::string> texts;
  for (const auto* info : columns) {
    std::string text = names[info->name] == 1 ? info->name : with_version(*info);
    if (names[info->name] > 1 && versioned[text] > 1) text += fmt::format(" #{}", ++seen[text]);
    texts.push_back(std::move(text));
  }
  return texts;
}

/// "read-range 3" where the case has several of that kind.
void name_operations(std::vector<ComparedRow>& rows, const std::vector<std::pair<Op, std::size_t>>& operations) {
  std::map<std::pair<std::string, Op>, int> times;
  for (std::size_t i = 0; i < rows.size(); ++i) ++times[{rows[i].case_id, operations[i].first}];
  for (std::size_t i = 0; i < rows.size(); ++i) {
    rows[i].operation = name(operations[i].first);
    if (times[{rows[i].case_id, operations[i].first}] > 1)
      rows[i].operation += fmt::format(" {}", operations[i].second);
  }
}

std::size_t widest(const std::vector<std::string>& texts) {
  std::size_t width = 0;
  for (const auto& text : texts) width = std::max(width, text.size());
  return width;
}

/// Of two columns: how many got better and how many worse in the second.
std::string tendency(const SideBySide& compared, std::size_t before, std::size_t after) {
  int better = 0;
  int worse = 0;
  for (const auto& row : compared.rows) {
    if (!was_run(row.cells[before]) || !was_run(row.cells[after])) continue;
    const int change = badness(row.cells[after]->status) - badness(row.cells[before]->status);
    better += change < 0;
    worse += change > 0;
  }
  return fmt::format("{} better and {} worse in {}", better, worse, compared.columns[after]);
}

/// Of two columns, and of two runs of one implementation among more.
std::string tendencies(const SideBySide& compared) {
  if (compared.columns.size() == 2) return "; " + tendency(compared, 0, 1);
  std::map<std::string, std::vector<std::size_t>> runs;
  for (std::size_t i = 0; i < compared.names.size(); ++i) runs[compared.names[i]].push_back(i);
  std::string text;
  for (const auto& [name, columns] : runs)
    if (columns.size() == 2) text += "; " + tendency(compared, columns[0], columns[1]);
  return text;
}

std::string table(const SideBySide& compared, const std::vector<const ComparedRow*>& rows, const Paint& paint) {
  std::vector<std::string> cases{"case"}, operations{"operation"};
  for (const auto* row : rows) {
    cases.push_back(row->family + "/" + row->case_id);
    operations.push_back(row->operation);
  }
  std::vector<std::size_t> widths;
  for (std::size_t i = 0; i < compared.columns.size(); ++i) {
    std::vector<std::string> texts{compared.columns[i]};
    for (const auto* row : rows)
      if (row->cells[i]) texts.push_back(answer(*row->cells[i]));
    widths.push_back(widest(texts));
  }
  std::string text;
  const auto line = [&](std::size_t row, const auto& cell) {
    text += fmt::format("{:<{}}  {:<{}}", cases[row], widest(cases), operations[row], widest(operations));
    for (std::size_t i = 0; i < widths.size(); ++i) text += "  " + cell(i);
    text.erase(text.find_last_not_of(' ') + 1);
    text += "\n";
  };
  line(0, [&](std::size_t i) { return paint.strong(fmt::format("{:<{}}", compared.columns[i], widths[i])); });
  for (std::size_t row = 0; row < rows.size(); ++row)
    line(row + 1, [&](std::size_t i) {
      const Record* record = rows[row]->cells[i];
      const auto padded = fmt::format("{:<{}}", record ? answer(*record) : "", widths[i]);
      return record ? paint.by_badness(badness(record->status), padded) : padded;
    });
  return text + "\n";
}

}  // namespace

std::string answer(const Record& record) {
  std::string text(name(record.status));
  if (!record.choice.empty()) text += " " + record.choice;
  if (!record.bytes.empty()) text += " (" + record.bytes + ")";
  return text;
}

bool ComparedRow::differs() const {
  std::set<std::string> answers;
  for (const Record* record : cells)
    if (was_run(record)) answers.insert(answer(*record));
  return answers.size() > 1;
}

Result<SideBySide> side_by_side(const std::vector<Results>& results) {
  if (auto same = of_one_corpus(results); !same) return tl::unexpected(same.error());
  std::vector<const ImplementationInfo*> columns;
  std::map<std::tuple<std::string, std::string, std::size_t, Op>, std::vector<const Record*>> rows;
  std::size_t width = 0;
  for (const auto& one : results) width += one.header.implementations.size();
  for (const auto& one : results)
    for (const auto& info : one.header.implementations) {
      for (const auto& record : one.records) {
        if (record.implementation != info.name) continue;
        auto& cells = rows[{record.family, record.case_id, record.index, record.op}];
        cells.resize(width);
        cells[columns.size()] = &record;
      }
      columns.push_back(&info);
    }
  SideBySide compared{headings(columns), {}, {}};
  for (const auto* info : columns) compared.names.push_back(info->name);
  std::vector<std::pair<Op, std::size_t>> operations;
  for (auto& [key, cells] : rows) {
    const auto& [family, case_id, index, op] = key;
    compared.rows.push_back({family, case_id, "", std::move(cells)});
    operations.emplace_back(op, index);
  }
  name_operations(compared.rows, operations);
  return compared;
}

std::string to_text(const SideBySide& compared, bool all, const Paint& paint) {
  std::vector<const ComparedRow*> shown;
  std::size_t differ = 0;
  std::size_t partly = 0;
  for (const auto& row : compared.rows) {
    const bool differs = row.differs();
    differ += differs;
    partly += !std::all_of(row.cells.begin(), row.cells.end(), was_run);
    if (all || differs) shown.push_back(&row);
  }
  std::string text = shown.empty() ? std::string() : table(compared, shown, paint);
  text += fmt::format("{} of {} operations {} answered differently{}\n", differ, compared.rows.size(),
                      differ == 1 ? "is" : "are", tendencies(compared));
  if (partly > 0) text += fmt::format("{} did not run in all of them, which does not count as a difference\n", partly);
  return text;
}

}  // namespace conform
