// The matrix for a terminal: a row an implementation, a column a family, worst implementation first. Of a single
// implementation it is turned: a row a family.
#pragma once

#include <string>
#include <vector>

#include "report/terminal/paint.hpp"
#include "results/summary.hpp"

namespace conform {

/// Most operations with wrong bytes first; then most other failures, then most unnoticed flaws, then most that
/// did not run.
std::vector<ImplementationSummary> worst_first(std::vector<ImplementationSummary> summaries);

/// In lines of at most `width`: columns without room stand in a block of their own below. Implementations that did not
/// run are not in it.
std::string matrix(const std::vector<ImplementationSummary>& summaries, const Paint& paint, std::size_t width);

/// Under the matrix, for each implementation: its version, the sum of its statuses, and what should be known about it.
/// All that are absent share a line.
std::string identities(const std::vector<ImplementationSummary>& summaries, const Paint& paint, std::size_t width);

}  // namespace conform
