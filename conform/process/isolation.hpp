// What the programs under test are kept from by name spaces: the network, but for a loopback of their own.
//
// The name spaces are made once, for all programs of this process, and a program enters them on its way to exec. Root
// needs no user name space for that, and gets none: in one it could no longer read the files of others.
#pragma once

#include <string>

#include "base/open_file.hpp"

namespace conform {

struct Isolation {
  FileDescriptor user;  // the name spaces to enter; -1: none
  FileDescriptor network;
  bool limits_processes = false;  // RLIMIT_NPROC holds in there, and counts nobody else's processes
  std::string obstacle;           // why there is no network name space; empty: there is one
};

/// Found out at the first call.
const Isolation& isolation();

/// In a child before exec: only system calls. False: it could not, and errno says why.
bool enter(const Isolation& isolation);

}  // namespace conform
