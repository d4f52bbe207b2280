#include "format/bitmap.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "format/big_endian.hpp"
#include "format/rounding.hpp"

namespace qcow2 {

namespace {

constexpr std::uint32_t extension_bitmaps = 0x23852875;
constexpr std::size_t extension_length = 24;
constexpr std::uint64_t entry_fixed_size = 24;

const HeaderExtension* bitmaps_extension(const Header& header) {
  const auto found = std::ranges::find(header.extensions, extension_bitmaps, &HeaderExtension::type);
  return found == header.extensions.end() ? nullptr : &*found;
}

tl::unexpected<Violation> broken(HostOffset at, std::string what) {
  return refuse(rule::check_refcounts, {.host_offset = at.value}, std::move(what));
}

/// Reads the entries into `directory`; returns what is wrong with the first that cannot be read.
std::optional<Violation> read_entries(const Image& image, std::uint32_t bitmaps, BitmapDirectory& directory) {
  std::uint64_t at = 0;
  for (std::uint32_t number = 0; number < bitmaps; ++number) {
    std::array<std::byte, entry_fixed_size> entry{};
    const HostOffset place = directory.offset + at;
    if (directory.length - at < entry.size()) {
      return broken(place, fmt::format("the bitmap directory ends before bitmap {} of {}", number, bitmaps)).value();
    }
    image.source->read_at(place, entry);
    directory.tables.push_back({{load_big_endian<std::uint64_t>(entry, 0)}, load_big_endian<std::uint32_t>(entry, 8)});
    const std::uint64_t name_size = load_big_endian<std::uint16_t>(entry, 18);
    const std::uint64_t extra_size = load_big_endian<std::uint32_t>(entry, 20);
    at = std::min(at + round_up(entry.size() + extra_size + name_size, 8), directory.length);
  }
  return std::nullopt;
}

}  // namespace

bool has_bitmaps(const Header& header) {
  return (header.autoclear_features & autoclear::bitmaps) != 0 && bitmaps_extension(header) != nullptr;
}

Result<BitmapDirectory> read_bitmap_directory(const Image& image) {
  const HeaderExtension& extension = *bitmaps_extension(image.header);
  if (extension.length < extension_length) return broken(extension.data, "the bitmaps extension is too short");
  std::array<std::byte, extension_length> fields{};
  image.source->read_at(extension.data, fields);
  const auto bitmaps = load_big_endian<std::uint32_t>(fields, 0);
  BitmapDirectory directory{.offset = {load_big_endian<std::uint64_t>(fields, 16)},
                            .length = load_big_endian<std::uint64_t>(fields, 8),
                            .tables = {},
                            .broken = {}};
  if (bitmaps > bitmaps_max) return broken(extension.data, fmt::format("{} bitmaps", bitmaps));
  if (directory.length == 0 || directory.offset.value % image.header.cluster_size() != 0 ||
      !contains(*image.source, directory.offset, directory.length)) {
    return broken(directory.offset, "the bitmap directory is not aligned or leaves the file");
  }
  directory.broken = read_entries(image, bitmaps, directory);
  return directory;
}

}  // namespace qcow2
