// report.md: what a forge or a terminal can show of a run.
#pragma once

#include <string>

#include "report/sources.hpp"
#include "results/summary.hpp"

namespace conform::report {

std::string markdown(const Sources& sources);

/// A line for each: its version, and how many operations it answered how.
std::string summary_table(const std::vector<ImplementationSummary>& summaries);

/// Text that stands for itself in Markdown.
std::string plain_markdown(std::string_view text);

}  // namespace conform::report
