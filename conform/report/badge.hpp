// A line for a README: "212/212 must; 40 not offered". Never a percentage.
#pragma once

#include <string>

#include "results/summary.hpp"

namespace conform::report {

/// As shields.io takes it ("endpoint badge").
std::string badge_json(const ImplementationSummary& summary);
std::string badge_svg(const ImplementationSummary& summary);

}  // namespace conform::report
