// Several results that are parts of one: shards of a run, and runs of different implementations.
#pragma once

#include <vector>

#include "results/results.hpp"

namespace conform {

/// As if one run had made them. Refuses results of different suites, corpora, selections or versions of an
/// implementation, shards that are missing, and whatever stands in two of them.
Result<Results> merge(std::vector<Results> parts);

}  // namespace conform
