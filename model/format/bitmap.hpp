// The directory of persistent bitmaps: where it is, where the table of each bitmap is, and which parts of the disk a
// bitmap calls dirty. No guest byte depends on any of it.
#pragma once

#include <cstdint>
#include <functional>
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
  bool is_automatic() const { return (flags & 2) != 0; }
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

/// Calls `emit` with each part of the disk, in bytes, that the bitmap calls dirty, in order. Where the file does not
/// have its data it is clean.
void for_each_dirty(const Image& image, const Bitmap& bitmap,
                    const std::function<void(GuestOffset, std::uint64_t)>& emit);

/// What the entry says against the document; nothing: it is right.
std::optional<Violation> judge(const Bitmap& bitmap, const Header& header);

}  // namespace qcow2
