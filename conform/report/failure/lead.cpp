#include "report/failure/lead.hpp"

#include <set>
#include <tuple>

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

std::size_t explained(const std::vector<FailedClause>& tree, const FailedClause& group, const FailedCase& one,
                      const Corpus& corpus) {
  std::size_t number = 0;
  for (const auto& other_group : tree)
    for (const auto& other : other_group.cases)
      if (&other != &one && (&other_group == &group || twins(corpus, other.id).contains(one.id))) ++number;
  return number;
}

bool is_control(const FailedCase& one) { return one.tested && one.tested->control; }

/// Smaller is better.
auto order(const Lead& lead, const std::string& first_clause) {
  const FailedCase& one = *lead.one;
  const Record& worst = *one.records[0];
  const std::size_t clauses = one.tested ? one.tested->clauses.size() : SIZE_MAX;
  return std::tuple(is_control(one), worst.level, ~lead.explains, -badness(worst.status), lead.slug != first_clause,
                    clauses, one.id);
}

std::string point_of(const FailedCase& one, const Corpus& corpus) {
  const auto clauses = deciding_clauses(one, corpus);
  return clauses.empty() ? "" : clauses[0];
}

const FailedCase* find(const std::vector<FailedClause>& tree, const std::string& id) {
  for (const auto& group : tree)
    for (const auto& one : group.cases)
      if (one.id == id) return &one;
  return nullptr;
}

/// Of a likeness the most telling case that has the strictest level.
std::optional<Lead> most_telling(const std::vector<FailedClause>& tree, const Likeness& likeness,
                                 const Corpus& corpus) {
  std::optional<Lead> best;
  for (const auto& id : likeness.cases)
    if (const FailedCase* one = find(tree, id); one && !is_control(*one))
      if (!best || one->records[0]->level < best->one->records[0]->level)
        best = Lead{one, point_of(*one, corpus), likeness.cases.size() - 1, 0};
  return best;
}

}  // namespace

std::optional<Lead> lead(const std::vector<FailedClause>& tree, const std::vector<Likeness>& likenesses,
                         const Corpus& corpus) {
  std::size_t failing = 0;
  for (const auto& group : tree) failing += group.cases.size();
  std::optional<Lead> best;
  if (!likenesses.empty()) best = most_telling(tree, likenesses[0], corpus);
  if (!best)
    for (const auto& group : tree)
      for (const auto& one : group.cases) {
        const Lead candidate{&one, group.slug, explained(tree, group, one, corpus), 0};
        if (!best || order(candidate, point_of(one, corpus)) < order(*best, point_of(*best->one, corpus)))
          best = candidate;
      }
  if (best) best->others = failing - 1;
  return best;
}

}  // namespace conform
