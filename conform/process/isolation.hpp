// What the programs under test are kept from by name spaces: the network, the processes of others, and folders.
//
// The network's is made once, for all programs of this process; those of processes and mounts are each program's own.
// Root needs no user name space for that, and gets none: in one it could no longer read the files of others.
#pragma once

#include <cstdint>
#include <string>

#include "base/open_file.hpp"

namespace conform {

struct Isolation {
  FileDescriptor user;  // the name spaces to enter; -1: none
  FileDescriptor network;
  std::uint64_t made_anew = 0;    // for each program: CLONE_NEWPID, CLONE_NEWNS
  bool own_proc = false;          // its /proc shows only its own processes
  bool limits_processes = false;  // RLIMIT_NPROC holds in there, and counts nobody else's processes
  // Why there is none; empty: there is one.
  std::string network_obstacle, processes_obstacle, mounts_obstacle, proc_obstacle;

  bool ends_processes() const;  // the kernel does, when the first of a program's name space ends
  bool hides_folders() const;
};

/// Found out at the first call.
const Isolation& isolation();

/// In a child before exec: only system calls. False: it could not, and errno says why.
bool enter_user(const Isolation& isolation);
bool enter_network(const Isolation& isolation);

}  // namespace conform
