#include "process/keepers.hpp"

#include <sys/wait.h>

#include <chrono>
#include <csignal>
#include <thread>

#include "process/group.hpp"

namespace conform {

Keepers& Keepers::all() {
  static Keepers keepers;
  return keepers;
}

void Keepers::remove(pid_t keeper) {
  const std::lock_guard lock(mutex_);
  known_.erase(keeper);
}

std::vector<pid_t> Keepers::strays() {
  const std::lock_guard lock(mutex_);
  auto children = children_of_ours();
  std::erase_if(children, [&](pid_t child) { return known_.contains(child); });
  return children;
}

void Keepers::end_strays() {
  constexpr int rounds = 3000;  // of a millisecond
  auto left = strays();
  for (int round = 0; !left.empty() && round < rounds; ++round) {
    for (pid_t stray : left) ::kill(stray, SIGKILL);
    for (pid_t stray : left) ::waitpid(stray, nullptr, WNOHANG);
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
    left = strays();  // a killed stray's children have become ours
  }
}

}  // namespace conform
