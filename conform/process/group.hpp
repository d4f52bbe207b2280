// Who belongs to a program that runs: its processes, and what they use.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <vector>

namespace conform {

/// All that descend from its keeper, whatever their process groups, the program first. At most `count_max`.
std::vector<pid_t> members(pid_t keeper, std::size_t count_max);

/// Keepers, and orphans that a keeper did not live to end.
std::vector<pid_t> children_of_ours();

/// Bytes resident, of the largest of them; 0 when all are gone.
std::uint64_t largest_resident(const std::vector<pid_t>& members);

}  // namespace conform
