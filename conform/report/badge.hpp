// A line for a README: "must 212/212, 0 not run". Never a percentage.
#pragma once

#include <string>

#include "results/summary.hpp"

namespace conform::report {

std::string badge_text(const ImplementationSummary& summary);

/// As shields.io takes it ("endpoint badge").
std::string badge_json(const ImplementationSummary& summary);
std::string badge_svg(const ImplementationSummary& summary);

}  // namespace conform::report
