// The directory of persistent bitmaps: where it is, and where the table of each bitmap is. What the bitmaps say is left
// out, for no guest byte depends on it.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "format/image.hpp"

namespace qcow2 {

/// As many as QEMU reads.
inline constexpr std::uint32_t bitmaps_max = 65535;

struct BitmapTable {
  HostOffset offset;
  std::uint32_t entries = 0;  ///< of 8 bytes
};

struct BitmapDirectory {
  HostOffset offset;
  std::uint64_t length = 0;  ///< in bytes
  std::vector<BitmapTable> tables;
  std::optional<Violation> broken;  ///< why there are no more tables than these; nothing: they are all
};

/// Whether the image has bitmaps that are to be believed: the extension, and the autoclear bit that vouches for it.
bool has_bitmaps(const Header& header);

/// The directory of an image that has bitmaps. Its tables need not lie well.
/// Refuses, with rule::check_refcounts, a directory that is not aligned, leaves the file or claims too many bitmaps.
Result<BitmapDirectory> read_bitmap_directory(const Image& image);

}  // namespace qcow2
