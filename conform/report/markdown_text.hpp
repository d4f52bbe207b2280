// Pieces of text that several reports in Markdown have.
#pragma once

#include <string>
#include <vector>

#include "results/summary.hpp"

namespace conform::report {

/// A line for each: its version, and how many operations it answered how.
std::string summary_table(const std::vector<ImplementationSummary>& summaries);

/// Text that stands for itself in Markdown.
std::string plain_markdown(std::string_view text);

/// That the statuses add up to what was selected, in a line.
std::string identity(const ImplementationSummary& summary);

}  // namespace conform::report
