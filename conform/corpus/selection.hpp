// Which cases and which of their operations a run is about.
#pragma once

#include <string>
#include <vector>

#include "corpus/corpus.hpp"

namespace conform {

struct Filters {
  std::vector<std::string> cases;    // globs over the id, or family/id
  std::vector<std::string> clauses;  // slugs
  Level level_max = Level::unspecified;
  bool quick = false;  // only the cases of the corpus's quick.json
};

/// Pointers into the corpus, in its order; withdrawn cases are left out. A filter that matches nothing is an error.
Result<std::vector<const Case*>> select(const Corpus& corpus, const Filters& filters);

/// By its id, or family/id; the error names the one that may have been meant.
Result<const Case*> case_named(const Corpus& corpus, const std::string& id);

}  // namespace conform
