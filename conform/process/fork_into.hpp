// A fork whose child stands in new name spaces.
#pragma once

#include <linux/sched.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <unistd.h>

#include <csignal>
#include <cstdint>

namespace conform {

/// `flags` of clone(2): name spaces, and CLONE_PARENT.
inline pid_t fork_into(std::uint64_t flags) {
  clone_args how{};
  how.flags = flags;
  how.exit_signal = (flags & CLONE_PARENT) != 0 ? 0 : SIGCHLD;  // with CLONE_PARENT it is the caller's own
  return static_cast<pid_t>(::syscall(SYS_clone3, &how, sizeof how));
}

}  // namespace conform
