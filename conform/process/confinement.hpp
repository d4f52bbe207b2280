// By what the programs under test are held in, on this machine.
#pragma once

#include <string>
#include <vector>

namespace conform {

struct Confinement {
  std::vector<std::string> held;
  std::vector<std::string> not_held;  // and why
};

Confinement confinement_here();

/// "confined: own process group, …; not: network (…)"
std::string confinement_text(const std::vector<std::string>& held, const std::vector<std::string>& not_held);

}  // namespace conform
