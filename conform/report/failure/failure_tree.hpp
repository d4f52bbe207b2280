// The failures of an implementation, or of versions of one, as a tree: group, case, operations; the worst first on each
// level. A group has what probably has one cause: the same clause, or the same message of the program.
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
  std::string said;      // what the program printed on all of these cases; empty: no one message joins them
  std::vector<FailedCase> cases;
};

/// The clauses that the case can fail by, the first one being its point: those of its own level, and of them those that
/// speak of the failed operation.
std::vector<std::string> deciding_clauses(const FailedCase& one, const Corpus& corpus);

/// Of these implementations together. Cases that are refused, or crash, with the same message of the program are a
/// group. Any other case stands under that one of its deciding clauses that most failing cases have.
std::vector<FailedClause> failures_by_clause(const Results& results, const std::vector<std::string>& implementations,
                                             const Corpus& corpus);

}  // namespace conform
