// Which known mistakes the failures of an implementation look like: those whose row of the kill matrix they fit.
// docs/looks-like.md says how often that is right.
#pragma once

#include <string>
#include <vector>

#include "mutants/kill_matrix.hpp"
#include "results/results.hpp"

namespace conform {

struct Likeness {
  std::vector<const Mutant*> mutants;  // one, or several that these cases cannot tell apart
  std::vector<std::string> cases;      // that it makes fail, and that do fail; those that tell most first
  std::size_t of = 0;                  // all cases that it makes fail, of those that ran
};

/// The mistake that explains most comes first, and what it explains is taken out before the next is looked for. Empty:
/// nothing fits well enough to be said. The mutants are those of `matrix`.
std::vector<Likeness> looks_like(const Results& results, const std::string& implementation, const KillMatrix& matrix);

/// "clamped-to-cluster-size-plus-512 (4 of its 4 cases): At most cluster_size + 512 bytes are read"
std::string likeness_words(const Likeness& likeness);

}  // namespace conform
