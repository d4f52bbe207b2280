// Our keepers, told from what outlived its own: where there is no process name space a program can end its keeper, and
// what it left behind becomes our child.
#pragma once

#include <sys/types.h>

#include <mutex>
#include <set>
#include <vector>

namespace conform {

class Keepers {
 public:
  static Keepers& all();

  /// What `fork_keeper` gives; nobody takes the new keeper for a stray meanwhile.
  auto add(auto&& fork_keeper) {
    const std::lock_guard lock(mutex_);
    const auto born = fork_keeper();
    if (born.keeper > 0) known_.insert(born.keeper);
    return born;
  }
  /// It has been reaped.
  void remove(pid_t keeper);

  /// Ends our children that are no keepers, and theirs.
  void end_strays();

 private:
  std::vector<pid_t> strays();

  std::mutex mutex_;
  std::set<pid_t> known_;
};

}  // namespace conform
