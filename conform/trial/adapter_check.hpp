// Whether an adapter keeps to the protocol, and does not answer all canaries alike.
#pragma once

#include <string>
#include <vector>

#include "bench/bench.hpp"
#include "implementation/implementation.hpp"

namespace conform {

struct Finding {
  enum class Kind { ok, remark, wrong } kind;
  std::string text;
};

/// `implementation` has an adapter. Several are started, one after the other.
std::vector<Finding> check_adapter(const Bench& bench, const Implementation& implementation);

}  // namespace conform
