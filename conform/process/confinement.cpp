#include "process/confinement.hpp"

#include <fmt/format.h>

#include "process/isolation.hpp"

namespace conform {
namespace {

std::string joined(const std::vector<std::string>& words) {
  std::string text;
  for (const auto& word : words) text += (text.empty() ? "" : ", ") + word;
  return text;
}

}  // namespace

Confinement confinement_here() {
  const Isolation& here = isolation();
  Confinement found;
  found.held = {"own process group", "time limited",
                "memory watched",    "file size limited",
                "no core dumps",     here.limits_processes ? "processes limited and watched" : "processes watched"};
  const auto tell = [&](const char* what, const char* otherwise, const std::string& obstacle) {
    if (obstacle.empty())
      found.held.emplace_back(what);
    else
      found.not_held.push_back(fmt::format("{} (no name space: {})", otherwise, obstacle));
  };
  tell("no network", "network", here.network_obstacle);
  tell("own process name space", "process name space", here.processes_obstacle);
  tell("corpus hidden", "corpus hidden", here.mounts_obstacle);
  tell("other processes hidden", "other processes hidden", here.proc_obstacle);
  return found;
}

std::string confinement_text(const std::vector<std::string>& held, const std::vector<std::string>& not_held) {
  return "confined: " + joined(held) + (not_held.empty() ? "" : "; not: " + joined(not_held));
}

}  // namespace conform
