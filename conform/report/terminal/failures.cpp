#include "report/terminal/failures.hpp"

#include <algorithm>
#include <set>

#include "base/terminal.hpp"
#include "report/failure/again.hpp"
#include "report/failure/failing_entry.hpp"
#include "report/failure/failure_tree.hpp"
#include "report/failure/wording.hpp"

namespace conform {
namespace {

constexpr std::size_t at_length_max = 12;         // cases, of a single implementation that fails
constexpr std::size_t at_length_of_many_max = 2;  // of each, where several do

class Writer {
 public:
  Writer(const Header& header, const ImplementationInfo& info, const Corpus& corpus, const Paint& paint,
         std::size_t width)
      : header_(header), info_(info), corpus_(corpus), paint_(paint), width_(width) {}

  std::string group(const FailedClause& failed) const {
    std::string text;
    if (!failed.said.empty())
      text += wrapped(" ", fmt::format("{} cases on which it said: {}", failed.cases.size(), failed.said), width_);
    return text + wrapped(" ", rule_words(failed.slug, corpus_.clauses()), width_);
  }

  /// "  wrong-reject maximal-past-end-of-file: read, read-range 0x0+512 (must)"
  std::string line(const FailedCase& failed) const {
    const Record& worst = *failed.records[0];
    std::string operations;
    for (const Record* one : failed.records)
      operations += (operations.empty() ? "" : ", ") + operation_words(*one, failed.tested);
    const std::string level = fmt::format(" ({})", name(worst.level));
    const std::size_t used = std::string("    : ").size() + name(worst.status).size() + failed.id.size() + level.size();
    return fmt::format("   {} {}: {}{}\n", paint_.by_badness(badness(worst.status), name(worst.status)),
                       paint_.strong(failed.id), cut(operations, std::max(width_, used + 10) - used), level);
  }

  std::string at_length(const FailedCase& failed) const {
    const Record& worst = *failed.records[0];
    std::string text = line(failed);
    if (failed.tested) field(text, "case", title(*failed.tested));
    for (std::size_t i = 1; i < worst.clauses.size(); ++i) field(text, "also", "[" + worst.clauses[i] + "]");
    for (const Record* one : failed.records) operation(text, *one, failed.tested);
    if (failed.tested) {
      field(text, "entry", entry_words(corpus_, *failed.tested, worst));
      field(text, "why", failed.tested->why);
    }
    return text + "     again  " + again_command(header_, info_, failed.id) + "\n";
  }

 private:
  static std::string title(const Case& tested) {
    return tested.title + (tested.baseline.empty() ? "" : "; as " + tested.baseline + ", but " + tested.delta);
  }

  void operation(std::string& text, const Record& record, const Case* tested) const {
    field(text, "asked", fmt::format("{}: expected {}", operation_words(record, tested), expected_answer(record)));
    field(text, "got", ending_in_full(record));
    field(text, "byte", differing_bytes(record));
    field(text, "said", record.messages);
  }

  /// "     name   value", the value in as many lines as it takes.
  void field(std::string& text, const char* name, const std::string& value) const {
    text += wrapped(fmt::format("     {:<7}", name), value, width_);
  }

  const Header& header_;
  const ImplementationInfo& info_;
  const Corpus& corpus_;
  const Paint& paint_;
  std::size_t width_;
};

std::string heading(const ImplementationSummary& summary, const Paint& paint) {
  std::string counts;
  for (Status status : statuses)
    if (const auto number = summary.all.count(status); number > 0 && badness(status) >= badness_of_failures_min)
      counts += fmt::format("{}{} {}", counts.empty() ? "" : ", ", number, name(status));
  return fmt::format("{}: {}\n", paint.strong(summary.info.name), counts.empty() ? "failures of the suite" : counts);
}

/// One case of each group before a second of any.
std::set<const FailedCase*> chosen_for_length(const std::vector<FailedClause>& tree, std::size_t number) {
  std::set<const FailedCase*> chosen;
  for (std::size_t round = 0, before = SIZE_MAX; before != chosen.size(); ++round) {
    before = chosen.size();
    for (const auto& group : tree)
      if (round < group.cases.size() && chosen.size() < number) chosen.insert(&group.cases[round]);
  }
  return chosen;
}

}  // namespace

std::string failures(const Results& results, const std::vector<ImplementationSummary>& summaries, const Corpus& corpus,
                     const Paint& paint, std::size_t width) {
  std::vector<std::pair<const ImplementationSummary*, std::vector<FailedClause>>> failing;
  for (const auto& summary : summaries)
    if (auto tree = failures_by_clause(results, {summary.info.name}, corpus); !tree.empty())
      failing.emplace_back(&summary, std::move(tree));
  const std::size_t length_max = failing.size() > 1 ? at_length_of_many_max : at_length_max;
  std::string text;
  for (const auto& [summary, tree] : failing) {
    const Writer writer(results.header, summary->info, corpus, paint, width);
    text += heading(*summary, paint);
    const auto at_length = chosen_for_length(tree, length_max);
    bool all_told = true;
    for (const auto& group : tree) {
      text += writer.group(group);
      for (const auto& one : group.cases) {
        text += at_length.contains(&one) ? writer.at_length(one) : writer.line(one);
        all_told = all_told && at_length.contains(&one);
      }
    }
    if (!all_told) text += paint.faint(" (run it alone to see more at length, or look into report.html)") + "\n";
    text += "\n";
  }
  return text;
}

}  // namespace conform
