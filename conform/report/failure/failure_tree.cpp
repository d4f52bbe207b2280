#include "report/failure/failure_tree.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <tuple>

#include "report/failure/wording.hpp"

namespace conform {
namespace {

/// The valid twin of a case, the twin's own, and so on.
std::set<std::string> twins(const Corpus& corpus, const std::string& id) {
  std::set<std::string> all;
  for (const Case* tested = corpus.find(id); tested && !tested->baseline.empty();
       tested = corpus.find(tested->baseline))
    if (!all.insert(tested->baseline).second) break;
  return all;
}

auto badness_order(const FailedCase& one) {
  const Record& worst = *one.records[0];
  return std::tuple(-badness(worst.status), worst.level, worst.status, one.id);
}

}  // namespace

std::vector<FailedClause> failures_by_clause(const Results& results, const std::vector<std::string>& implementations,
                                             const Corpus& corpus) {
  std::map<std::string, FailedCase> by_case;
  for (const auto& record : results.records)
    if (is_worth_telling(record) &&
        std::find(implementations.begin(), implementations.end(), record.implementation) != implementations.end()) {
      auto& failed = by_case.try_emplace(record.case_id, FailedCase{record.case_id, corpus.find(record.case_id), {}})
                         .first->second;
      failed.records.push_back(&record);
    }
  std::map<std::string, FailedClause> by_clause;
  for (auto& [id, failed] : by_case) {
    std::stable_sort(failed.records.begin(), failed.records.end(),
                     [](const Record* a, const Record* b) { return badness(a->status) > badness(b->status); });
    const auto& slugs = failed.records[0]->clauses;
    const std::string slug = slugs.empty() ? "" : slugs[0];
    by_clause.try_emplace(slug, FailedClause{slug, corpus.clauses().find(slug), {}})
        .first->second.cases.push_back(std::move(failed));
  }
  std::vector<FailedClause> tree;
  for (auto& [slug, clause] : by_clause) {
    std::sort(clause.cases.begin(), clause.cases.end(),
              [](const FailedCase& a, const FailedCase& b) { return badness_order(a) < badness_order(b); });
    tree.push_back(std::move(clause));
  }
  std::stable_sort(tree.begin(), tree.end(), [](const FailedClause& a, const FailedClause& b) {
    return badness_order(a.cases[0]) < badness_order(b.cases[0]);
  });
  return tree;
}

std::optional<Root> begin_with(const std::vector<FailedClause>& tree, const Corpus& corpus) {
  if (tree.empty()) return std::nullopt;
  std::map<std::string, std::size_t> made_from;  // cases, and how many others are made from them
  for (const auto& one : corpus.cases())
    for (const auto& twin : twins(corpus, one.id)) ++made_from[twin];
  std::optional<Root> root;
  for (const auto& clause : tree)
    for (const auto& one : clause.cases)
      if (const auto number = made_from[one.id]; number > (root ? root->made_from_it : 1)) root = Root{&one, number};
  return root;
}

}  // namespace conform
