// summary.json: the counts, and for each implementation where to start and what its failures look like.
#pragma once

#include <string>

#include "report/failure/sources.hpp"

namespace conform::report {

std::string summary_text(const Sources& sources);

}  // namespace conform::report
