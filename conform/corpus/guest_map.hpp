// What stands where on a guest disk, as the generator of an image knows it: corpus/guest/<id>.json.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/json_file.hpp"
#include "base/open_file.hpp"
#include "base/result.hpp"

namespace conform {

struct GuestExtent {
  std::uint64_t offset = 0;
  std::uint64_t length = 0;
  std::string kind;  // standard, zero, unallocated, backing, compressed, refused
  std::optional<std::uint64_t> host_offset;

  std::uint64_t end() const { return offset + length; }
};

/// A guest disk after a modify operation.
struct GuestAfter {
  std::uint64_t length = 0;
  std::vector<Segment> open;    // where the bytes may be as before, or zeros
  std::vector<Segment> torn{};  // where they may be as before the first step: changed, and not flushed before a kill
};

struct GuestMap {
  std::uint64_t virtual_size = 0;
  std::vector<GuestExtent> extents;         // ascending
  std::map<std::string, GuestAfter> after;  // by the operation's index

  /// The extent that holds `offset`, or nothing.
  const GuestExtent* at(std::uint64_t offset) const;
};

Result<GuestMap> load_guest_map(const std::filesystem::path& file);

}  // namespace conform
