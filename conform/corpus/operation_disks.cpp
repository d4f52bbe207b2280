#include "corpus/operation_disks.hpp"

#include <fmt/format.h>

namespace conform {

std::vector<OperationDisk> operation_disks(const LockEntry& locked, const Operation& operation, std::string_view word) {
  const auto prefix = fmt::format("{}.{}-", operation.index, word);
  std::vector<OperationDisk> disks;
  for (const auto& [key, digest] : locked.after)
    if (key.starts_with(prefix)) disks.push_back({key.substr(prefix.size()), key, digest.length});
  return disks;
}

}  // namespace conform
