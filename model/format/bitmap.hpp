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

/// An entry of the directory, without the bitmap's name.
struct Bitmap {
  HostOffset entry;  ///< where it stands
  HostOffset table;
  std::uint32_t table_entries = 0;  ///< of 8 bytes
  std::uint32_t flags = 0;
  std::uint8_t type = 0;
  std::uint8_t granularity_bits = 0;
  std::uint16_t name_size = 0;

  bool in_use() const { return (flags & 1) != 0; }
};

struct BitmapDirectory {
  HostOffset offset;
  std::uint64_t length = 0;  ///< in bytes
  std::vector<Bitmap> bitmaps;
  std::optional<Violation> broken;  ///< why there are no more bitmaps than these; nothing: they are all
};

/// Whether the image has bitmaps that are to be believed: the extension, and the autoclear bit that vouches for it.
bool has_bitmaps(const Header& header);

/// The directory of an image that has bitmaps. Its tables need not lie well.
/// Refuses, with rule::check_refcounts, a broken extension, and a directory that is not aligned or leaves the file.
Result<BitmapDirectory> read_bitmap_directory(const Image& image);

/// What the entry says against the document; nothing: it is right.
std::optional<Violation> judge(const Bitmap& bitmap, const Header& header);

}  // namespace qcow2
