// Before its first case an implementation is asked about a few plain images with fresh random content, so that one that
// is wired up wrongly, or says the same to everything, is found out.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "bench/bench.hpp"
#include "implementation/implementation.hpp"

namespace conform {

struct CanaryAnswers {
  std::map<Op, std::string> stopped;  // operations that answer all canaries alike, each with the answer
  std::vector<std::string> remarks;   // other answers than a sound reader gives: the cases will judge them
};

/// Three canaries must be read and two refused. An operation is stopped only where it refuses all of them, or accepts
/// all and gives the right bytes of none, or where all of its answers are failures of ours. Whatever else is wrong is a
/// reader's fault, and the cases say how grave.
CanaryAnswers ask_canaries(const Bench& bench, const Implementation& implementation);

}  // namespace conform
