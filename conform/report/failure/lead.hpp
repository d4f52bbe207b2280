// Where to start: the one failure that explains most of the others.
#pragma once

#include <optional>
#include <vector>

#include "mutants/looks_like.hpp"
#include "report/failure/failure_tree.hpp"

namespace conform {

struct Lead {
  const FailedCase* one;
  std::string slug;          // the rule that it breaks
  std::size_t explains = 0;  // other failing cases
  std::size_t others = 0;    // all other failing cases
};

/// Where the failures look like a known mistake, the case of it that fewest other mistakes fail. Else a must case
/// before others, then the one that explains most: its group, and what is made from its image; of several the
/// plainest. A control is named only where nothing else fails. Nothing where nothing fails.
std::optional<Lead> lead(const std::vector<FailedClause>& tree, const std::vector<Likeness>& likenesses,
                         const Corpus& corpus);

}  // namespace conform
