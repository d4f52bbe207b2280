// How much memory a program that goes on has needed for one thing that it did.
#pragma once

#include <sys/types.h>

#include <cstdint>

namespace conform {

/// From here on anew, for the process and its descendants. Where the kernel does not allow it, peak_memory() counts
/// from their start.
void forget_peak_memory(pid_t pid);

/// Bytes resident, of the largest among the process and its descendants; 0 when it is gone.
std::uint64_t peak_memory(pid_t pid);

}  // namespace conform
