// The failures of one implementation, what they look like, and where to start: what every form of a report begins with.
#pragma once

#include "report/failure/lead.hpp"

namespace conform {

struct Diagnosis {
  std::vector<FailedClause> tree;  // empty: nothing fails
  std::vector<Likeness> likenesses;
  std::optional<Lead> first;  // points into `tree`
};

Diagnosis diagnose(const Results& results, const std::string& implementation, const Corpus& corpus,
                   const KillMatrix& mistakes);

}  // namespace conform
