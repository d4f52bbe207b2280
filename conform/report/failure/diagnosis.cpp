#include "report/failure/diagnosis.hpp"

namespace conform {

Diagnosis diagnose(const Results& results, const std::string& implementation, const Corpus& corpus,
                   const KillMatrix& mistakes) {
  Diagnosis found{failures_by_clause(results, {implementation}, corpus), {}, std::nullopt};
  found.likenesses = looks_like(results, implementation, mistakes);
  found.first = lead(found.tree, found.likenesses, corpus);
  return found;
}

}  // namespace conform
