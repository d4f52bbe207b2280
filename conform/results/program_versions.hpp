// Versions of one program among the implementations of a run.
#pragma once

#include <string>
#include <vector>

#include "results/summary.hpp"

namespace conform {

struct Program {
  std::string name;
  std::vector<const ImplementationSummary*> versions;  // oldest first
};

/// Every implementation in one of them, in the order in which the programs first come. Points into `summaries`.
std::vector<Program> programs_of(const std::vector<ImplementationSummary>& summaries);

/// What tells an implementation from the other versions of its program: "7.2" of qemu-img-7.2; its name where that does
/// not begin with the program's.
std::string version_label(const ImplementationInfo& info);

}  // namespace conform
