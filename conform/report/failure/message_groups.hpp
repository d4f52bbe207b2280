// Failing cases with the same message of the program, which probably have one cause.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "results/results.hpp"

namespace conform {

/// The message of each case that belongs to such a group, by the case's id; `worst` has a record of each failing case.
/// Numbers and paths in it are left out. What the program prints where it accepts, too, joins nothing, and neither does
/// the message of a single case.
std::map<std::string, std::string> messages_in_common(const Results& results, const std::vector<const Record*>& worst);

}  // namespace conform
