// Who belongs to a program that runs: its processes, and what they use.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <vector>

namespace conform {

/// The leader and those who descend from it, also those who left its process group; and those of its group whose
/// parents are gone, who are our children then. At most `count_max`.
std::vector<pid_t> members(pid_t leader, std::size_t count_max);

/// Bytes resident, of the largest of them; 0 when all are gone.
std::uint64_t largest_resident(const std::vector<pid_t>& members);

}  // namespace conform
