// The matrix for a terminal: a row an implementation, a column a family, worst implementation first.
#pragma once

#include <string>
#include <vector>

#include "report/terminal/paint.hpp"
#include "results/summary.hpp"

namespace conform {

/// Most operations with wrong bytes first; then most other failures, then most unnoticed flaws, then most that
/// did not run.
std::vector<ImplementationSummary> worst_first(std::vector<ImplementationSummary> summaries);

std::string matrix(const std::vector<ImplementationSummary>& summaries, const Paint& paint);

/// Under the matrix, for each implementation: its version, the sum of its statuses, and what should be known about it.
std::string identities(const std::vector<ImplementationSummary>& summaries, const Paint& paint);

}  // namespace conform
