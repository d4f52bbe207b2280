// The last that a terminal shows: what to look at first.
#pragma once

#include <string>
#include <vector>

#include "report/failure/sources.hpp"
#include "report/terminal/paint.hpp"
#include "results/summary.hpp"

namespace conform {

/// Of a single implementation that fails, five lines: the failure that explains most of the others, its byte, its L2
/// entry, its rule, the command. Of several, a line each. Lines are cut to `width`, except for the command. Empty where
/// nothing fails.
/// Before them stands which known mistake the failures look like, if any.
std::string start_here(const report::Sources& sources, const std::vector<ImplementationSummary>& summaries,
                       const Paint& paint, std::size_t width);

}  // namespace conform
