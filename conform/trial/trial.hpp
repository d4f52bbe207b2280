// One case on one implementation: a fresh copy of the image, each operation on it, a record of each.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "bench/bench.hpp"
#include "implementation/implementation.hpp"
#include "results/record.hpp"

namespace conform {

/// Operations that are not asked for any more, with the reason (canary.hpp).
using Stopped = std::map<Op, std::string>;

/// Each attempt has a seed of its own.
std::vector<Record> try_case(const Bench& bench, const Implementation& implementation, const Stopped& stopped,
                             const Case& tested, unsigned attempt = 0);

/// The records of a case that is not tried, with the reason.
std::vector<Record> skip_case(const Implementation& implementation, const Case& tested, const std::string& reason);

}  // namespace conform
