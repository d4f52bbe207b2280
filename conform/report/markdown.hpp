// report.md: what a forge or a terminal can show of a run.
#pragma once

#include <string>

#include "report/failure/sources.hpp"

namespace conform::report {

std::string markdown(const Sources& sources);

}  // namespace conform::report
