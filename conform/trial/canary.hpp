// Before its first case an implementation is asked about three plain images with fresh random content, so that one that
// is wired up wrongly, or says the same to everything, is found out.
#pragma once

#include <string>
#include <vector>

#include "bench/bench.hpp"
#include "implementation/implementation.hpp"

namespace conform {

struct CanaryAnswers {
  std::string wrong;                 // the answer that stops the implementation; empty: there is none
  std::vector<std::string> remarks;  // what the user should know and the cases will judge
};

/// A wrong answer stops: a good image refused or given with other bytes, a wrong magic taken for an image. No answer (a
/// crash, a time-out, a flood) is a remark: the cases report it as what it is. So is an image with an unknown
/// incompatible bit that is read rightly: a reader's fault that cases judge, and no sign of bad wiring.
CanaryAnswers ask_canaries(const Bench& bench, const Implementation& implementation);

}  // namespace conform
