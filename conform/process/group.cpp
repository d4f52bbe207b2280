#include "process/group.hpp"

#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <string>

namespace conform {
namespace {

std::vector<pid_t> children(const std::string& process) {
  std::vector<pid_t> found;
  std::error_code error;
  for (std::filesystem::directory_iterator task("/proc/" + process + "/task", error), end; !error && task != end;
       task.increment(error)) {
    std::ifstream list(task->path() / "children");
    for (pid_t child = 0; list >> child;) found.push_back(child);
  }
  return found;
}

std::uint64_t resident(pid_t pid) {
  std::ifstream statm("/proc/" + std::to_string(pid) + "/statm");
  std::uint64_t size = 0;
  std::uint64_t pages = 0;
  statm >> size >> pages;
  return pages * static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
}

}  // namespace

std::vector<pid_t> members(pid_t keeper, std::size_t count_max) {
  auto found = children(std::to_string(keeper));
  for (std::size_t i = 0; i < found.size() && found.size() < count_max; ++i)
    for (pid_t child : children(std::to_string(found[i]))) found.push_back(child);
  found.resize(std::min(found.size(), count_max));
  return found;
}

std::vector<pid_t> children_of_ours() { return children("self"); }

std::uint64_t largest_resident(const std::vector<pid_t>& members) {
  std::uint64_t largest = 0;
  for (pid_t pid : members) largest = std::max(largest, resident(pid));
  return largest;
}

}  // namespace conform
