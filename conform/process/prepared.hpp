// What a child needs between fork and exec. All of it is made before the fork: behind it only system calls are safe.
#pragma once

#include <string>
#include <vector>

#include "process/isolation.hpp"
#include "process/launch_request.hpp"

namespace conform {

struct Prepared {
  explicit Prepared(const Launch& request);

  const Launch& request;
  const Isolation& isolation;
  std::vector<char*> argv;
  std::string temporary;  // TMPDIR=…
  std::vector<char*> environment;
  const char* directory;
  std::vector<const char*> hidden;
  int failure = -1;          // errno of what kept the program from starting goes here
  int account = -1;          // and here what the keeper tells at the end
  int accounts_reader = -1;  // our end of that; nobody may hold it but us
};

/// To `failure`, and the end.
[[noreturn]] void give_up(const Prepared& prepared, int error);

/// In the child: the program. It is in a process group of its own, with limits that the kernel enforces.
[[noreturn]] void become(const Prepared& prepared);

}  // namespace conform
