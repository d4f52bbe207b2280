// corpus/lock.json: the digests that every image and every guest disk of the corpus must have.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "base/digest.hpp"
#include "base/json_file.hpp"
#include "base/open_file.hpp"

namespace conform {

struct LockEntry {
  Digest image;
  std::map<std::string, Digest> siblings;      // by file name
  Digest guest;                                // the refused parts as zeros
  std::vector<Segment> refused;                // parts of the guest disk that nobody may hand out
  std::map<std::string, Digest> alternatives;  // other acceptable guest contents, by name
  std::map<std::string, Digest> after;         // the guest disk after an operation, by the operation's index
  std::map<std::string, Digest> snapshots;     // the disks of internal snapshots, by name
};

using Lock = std::map<std::string, LockEntry>;

Result<Lock> load_lock(const std::filesystem::path& file);

}  // namespace conform
