// The failures of an implementation, or of versions of one, as a tree: clause, case, operations; the worst first on
// each level.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "corpus/corpus.hpp"
#include "results/results.hpp"

namespace conform {

struct FailedCase {
  std::string id;
  const Case* tested;                  // null: the corpus does not know it
  std::vector<const Record*> records;  // the failed operations, worst first
};

struct FailedClause {
  std::string slug;
  const Clause* clause;  // null: the corpus does not know it
  std::vector<FailedCase> cases;
};

/// Of these implementations together. A case stands under the first of its clauses.
std::vector<FailedClause> failures_by_clause(const Results& results, const std::vector<std::string>& implementations,
                                             const Corpus& corpus);

/// A failing case from whose image others are made: what is wrong there bears on all of them, also where they pass.
struct Root {
  const FailedCase* one;
  std::size_t made_from_it;  // cases, by one or several steps
};

/// The one with the most, or nothing where none has more than one.
std::optional<Root> begin_with(const std::vector<FailedClause>& tree, const Corpus& corpus);

}  // namespace conform
