// Annotated bytes for a terminal.
#pragma once

#include <string>
#include <vector>

#include "report/failure/annotate.hpp"

namespace conform::report {

/// For a terminal: rows of 16 bytes, and behind them the marks that begin there.
std::string hex_dump(const std::vector<Region>& regions);

}  // namespace conform::report
