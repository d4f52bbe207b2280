// The disks that belong to a modify operation beside the active one that it leaves: those of the snapshots that are
// there afterwards, those of siblings that it changes, and the contents that its steps write.
//
// The lock has them among `after`, by "INDEX.WORD-NAME".
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "corpus/case.hpp"
#include "corpus/lock.hpp"

namespace conform {

inline constexpr std::string_view snapshot_disk = "snapshot";
inline constexpr std::string_view sibling_disk = "sibling";
inline constexpr std::string_view content_disk = "content";

struct OperationDisk {
  std::string name;  // of the snapshot or the file; of a content, the step's number
  std::string key;   // of LockEntry::after
  std::uint64_t length = 0;
};

std::vector<OperationDisk> operation_disks(const LockEntry& locked, const Operation& operation, std::string_view word);

}  // namespace conform
