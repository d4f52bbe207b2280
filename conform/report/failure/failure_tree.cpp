#include "report/failure/failure_tree.hpp"

#include <algorithm>
#include <map>
#include <tuple>

#include "report/failure/message_groups.hpp"
#include "report/failure/wording.hpp"

namespace conform {
namespace {

/// Whether an operation can break the clause: nobody breaks a rule of refcounts by reading.
bool concerns(const Clause& clause, Op op) {
  const auto stands_in = [&](const char* section) { return clause.section.find(section) != std::string::npos; };
  if (op == Op::check || op == Op::repair || op == Op::write || op == Op::modify) return true;
  return !stands_in("Refcounts") && !stands_in("Checkers") && !stands_in("Writers") && !stands_in("Changes in place");
}

auto badness_order(const FailedCase& one) {
  const Record& worst = *one.records[0];
  return std::tuple(-badness(worst.status), worst.level, worst.status, one.id);
}

std::vector<FailedCase> failed_cases(const Results& results, const std::vector<std::string>& implementations,
                                     const Corpus& corpus) {
  std::map<std::string, FailedCase> by_id;
  for (const auto& record : results.records)
    if (is_worth_telling(record) &&
        std::find(implementations.begin(), implementations.end(), record.implementation) != implementations.end()) {
      auto& failed =
          by_id.try_emplace(record.case_id, FailedCase{record.case_id, corpus.find(record.case_id), {}}).first->second;
      failed.records.push_back(&record);
    }
  std::vector<FailedCase> all;
  for (auto& [id, failed] : by_id) {
    std::stable_sort(failed.records.begin(), failed.records.end(),
                     [](const Record* a, const Record* b) { return badness(a->status) > badness(b->status); });
    all.push_back(std::move(failed));
  }
  return all;
}

using Tallies = std::map<std::string, std::size_t>;  // cases, by clause

std::string most_common(const std::vector<std::string>& slugs, const Tallies& failing) {
  const auto found = std::max_element(slugs.begin(), slugs.end(),
                                      [&](const auto& a, const auto& b) { return failing.at(a) < failing.at(b); });
  return found == slugs.end() ? "" : *found;
}

}  // namespace

std::vector<std::string> deciding_clauses(const FailedCase& one, const Corpus& corpus) {
  const Record& worst = *one.records[0];
  std::vector<std::string> of_its_level, deciding;
  for (const auto& slug : worst.clauses)
    if (const Clause* clause = corpus.clauses().find(slug); clause && clause->level == worst.level) {
      of_its_level.push_back(slug);
      if (concerns(*clause, worst.op)) deciding.push_back(slug);
    }
  if (!deciding.empty()) return deciding;
  return of_its_level.empty() ? worst.clauses : of_its_level;
}

std::vector<FailedClause> failures_by_clause(const Results& results, const std::vector<std::string>& implementations,
                                             const Corpus& corpus) {
  auto failed = failed_cases(results, implementations, corpus);
  std::vector<const Record*> worst_records;
  for (const auto& one : failed) worst_records.push_back(one.records[0]);
  const auto messages = messages_in_common(results, worst_records);
  const auto said_on = [&](const FailedCase& one) {
    const auto found = messages.find(one.id);
    return found == messages.end() ? std::string() : found->second;
  };
  std::map<std::string, Tallies> failing;  // by message
  for (const auto& one : failed)
    for (const auto& slug : deciding_clauses(one, corpus)) ++failing[said_on(one)][slug];

  std::map<std::pair<std::string, std::string>, FailedClause> groups;
  for (auto& one : failed) {
    const auto said = said_on(one);
    // All with one message are one group, under the clause that most of them have.
    const auto& counts = failing[said];
    std::vector<std::string> slugs = deciding_clauses(one, corpus);
    if (!said.empty()) {
      slugs.clear();
      for (const auto& [slug, number] : counts) slugs.push_back(slug);
    }
    const auto slug = most_common(slugs, counts);
    groups.try_emplace({said, slug}, FailedClause{slug, corpus.clauses().find(slug), said, {}})
        .first->second.cases.push_back(std::move(one));
  }
  std::vector<FailedClause> tree;
  for (auto& [key, group] : groups) {
    std::sort(group.cases.begin(), group.cases.end(),
              [](const FailedCase& a, const FailedCase& b) { return badness_order(a) < badness_order(b); });
    tree.push_back(std::move(group));
  }
  std::stable_sort(tree.begin(), tree.end(), [](const FailedClause& a, const FailedClause& b) {
    const auto key = [](const FailedClause& one) {
      const Record& worst = *one.cases[0].records[0];
      return std::tuple(-badness(worst.status), worst.level, ~one.cases.size());
    };
    return key(a) < key(b);
  });
  return tree;
}

}  // namespace conform
