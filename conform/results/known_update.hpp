// Brings a list of known failures into step with what a run found.
#pragma once

#include "results/known.hpp"
#include "results/results.hpp"

namespace conform {

struct KnownUpdate {
  std::vector<KnownFailure> entries;  // in their one order
  std::vector<std::string> added, changed, removed;
};

/// Entries keep their link, date and comment. One that stands for several operations stays as it is while all of them
/// fail alike, and becomes one for each that fails where they do not. What did not run keeps its entry; what passes, or
/// was not among the results, loses it. New entries get `link`; without one, new failures are an error.
Result<KnownUpdate> update_known(const KnownFailures& known, const Results& results, const std::string& link);

/// The file's text, in its one form.
std::string known_text(const std::vector<KnownFailure>& entries, const std::string& comment);

}  // namespace conform
