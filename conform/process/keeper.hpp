// The process that stands over a program: the first of the program's process name space, or, where there is none, the
// parent of whatever the program leaves behind. When the program ends, when it is told to, or when we die, it ends all.
#pragma once

#include "process/prepared.hpp"

namespace conform {

/// What a keeper tells when its program has ended.
struct Account {
  int status = 0;              // of wait(2)
  long peak_memory = 0;        // KiB
  bool left_children = false;  // the program ended before they did
};

/// In the child that is to be the keeper. SIGTERM makes it end the program and all that came of it.
[[noreturn]] void keep(const Prepared& prepared);

}  // namespace conform
