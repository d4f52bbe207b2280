// Two runs of one implementation, told apart so that one report can have both.
#pragma once

#include <string>
#include <vector>

#include "results/results.hpp"

namespace conform {

/// Gives each implementation that several whole runs have the name "name (label)"; `labels` has one for each of
/// `runs`. Together they are the program whose versions a report shows side by side.
void tell_runs_apart(std::vector<Results>& runs, const std::vector<std::string>& labels);

}  // namespace conform
