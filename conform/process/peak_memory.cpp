#include "process/peak_memory.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <fstream>
#include <string>
#include <vector>

namespace conform {
namespace {

/// The process, its children, theirs, and so on.
std::vector<pid_t> family(pid_t pid) {
  constexpr std::size_t members_max = 64;
  std::vector<pid_t> members{pid};
  for (std::size_t i = 0; i < members.size() && members.size() < members_max; ++i) {
    std::ifstream children(fmt::format("/proc/{0}/task/{0}/children", members[i]));
    for (pid_t child = 0; children >> child;) members.push_back(child);
  }
  return members;
}

std::uint64_t peak_of_one(pid_t pid) {
  std::ifstream status(fmt::format("/proc/{}/status", pid));
  std::uint64_t kibibytes = 0;
  for (std::string word; status >> word;)
    if (word == "VmHWM:") status >> kibibytes;
  return kibibytes * 1024;
}

}  // namespace

void forget_peak_memory(pid_t pid) {
  for (const pid_t member : family(pid)) std::ofstream(fmt::format("/proc/{}/clear_refs", member)) << '5';
}

std::uint64_t peak_memory(pid_t pid) {
  std::uint64_t peak = 0;
  for (const pid_t member : family(pid)) peak = std::max(peak, peak_of_one(member));
  return peak;
}

}  // namespace conform
