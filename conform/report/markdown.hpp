// report.md: what a forge or a terminal can show of a run.
#pragma once

#include <string>

#include "report/sources.hpp"

namespace conform::report {

std::string markdown(const Sources& sources);

/// Text that stands for itself in Markdown.
std::string plain_markdown(std::string_view text);

}  // namespace conform::report
