// What an implementation says of where the bytes of a disk come from, in the form of `qemu-img map --output=json`.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <vector>

#include "base/open_file.hpp"
#include "base/result.hpp"

namespace conform {

/// A stretch of the disk. What an implementation leaves out, it does not say.
struct MapExtent {
  Segment part{};
  bool zero = false;
  std::optional<bool> data, present, compressed;
  std::optional<bool> hole;             // as servers over NBD say it: no data stands there, whatever it reads as
  std::optional<std::uint64_t> depth;   // 0: the image itself, 1: its backing file, ...
  std::optional<std::uint64_t> offset;  // in the file of that depth

  /// Whether the image itself is said to have nothing there.
  bool is_elsewhere() const { return !present.value_or(true) || depth.value_or(0) > 0; }
  /// Whether a program that copies what is data would leave it out.
  bool is_skipped() const { return zero || !data.value_or(true); }
  /// Nothing is said by which anybody would leave it out.
  bool is_plain_data() const { return !is_skipped() && !is_elsewhere() && !hole.value_or(false); }
};

/// The Error says why the file is no map.
Result<std::vector<MapExtent>> load_map_extents(const std::filesystem::path& file);

}  // namespace conform
