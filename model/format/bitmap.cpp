#include "format/bitmap.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <span>
#include <utility>

#include "format/big_endian.hpp"
#include "format/rounding.hpp"

namespace qcow2 {

namespace {

constexpr std::uint32_t extension_bitmaps = 0x23852875;
constexpr std::size_t extension_length = 24;
constexpr std::uint64_t entry_head_size = 24;

const HeaderExtension* bitmaps_extension(const Header& header) {
  const auto found = std::ranges::find(header.extensions, extension_bitmaps, &HeaderExtension::type);
  return found == header.extensions.end() ? nullptr : &*found;
}

tl::unexpected<Violation> broken(HostOffset at, std::string what) {
  return refuse(rule::check_refcounts, {.host_offset = at.value}, std::move(what));
}

Bitmap load_bitmap(std::span<const std::byte> entry, HostOffset place) {
  return {.entry = place,
          .table = {load_big_endian<std::uint64_t>(entry, 0)},
          .table_entries = load_big_endian<std::uint32_t>(entry, 8),
          .flags = load_big_endian<std::uint32_t>(entry, 12),
          .type = load_big_endian<std::uint8_t>(entry, 16),
          .granularity_bits = load_big_endian<std::uint8_t>(entry, 17),
          .name_size = load_big_endian<std::uint16_t>(entry, 18)};
}

/// Reads the entries into `directory`; returns why they do not fill it.
std::optional<Violation> read_entries(const Image& image, std::uint32_t bitmaps, BitmapDirectory& directory) {
  std::uint64_t at = 0;
  for (std::uint32_t number = 0; number < bitmaps; ++number) {
    std::array<std::byte, entry_head_size> entry{};
    const HostOffset place = directory.offset + at;
    const std::uint64_t room = directory.length - at;
    if (room < entry.size()) {
      return broken(place, fmt::format("the bitmap directory ends before bitmap {} of {}", number, bitmaps)).value();
    }
    image.source->read_at(place, entry);
    directory.bitmaps.push_back(load_bitmap(entry, place));
    const std::uint64_t extra_size = load_big_endian<std::uint32_t>(entry, 20);
    const std::uint64_t length = round_up(entry.size() + extra_size + directory.bitmaps.back().name_size, 8);
    if (length > room)
      return broken(place, fmt::format("bitmap {} reaches past the end of the bitmap directory", number)).value();
    at += length;
  }
  if (at == directory.length) return std::nullopt;
  return broken(directory.offset,
                fmt::format("the bitmaps take {} bytes, but the bitmap directory has {}", at, directory.length))
      .value();
}

}  // namespace

bool has_bitmaps(const Header& header) {
  return (header.autoclear_features & autoclear::bitmaps) != 0 && bitmaps_extension(header) != nullptr;
}

Result<BitmapDirectory> read_bitmap_directory(const Image& image) {
  const HeaderExtension& extension = *bitmaps_extension(image.header);
  if (std::ranges::count(image.header.extensions, extension_bitmaps, &HeaderExtension::type) > 1) {
    return broken(extension.data, "there is more than one bitmaps extension");
  }
  if (extension.length != extension_length) {
    return broken(extension.data, fmt::format("the bitmaps extension has {} bytes, not 24", extension.length));
  }
  std::array<std::byte, extension_length> fields{};
  image.source->read_at(extension.data, fields);
  const auto bitmaps = load_big_endian<std::uint32_t>(fields, 0);
  BitmapDirectory directory{.offset = {load_big_endian<std::uint64_t>(fields, 16)},
                            .length = load_big_endian<std::uint64_t>(fields, 8),
                            .bitmaps = {},
                            .broken = {}};
  if (bitmaps == 0 || bitmaps > bitmaps_max)
    return broken(extension.data, fmt::format("the bitmaps extension announces {} bitmaps", bitmaps));
  if (load_big_endian<std::uint32_t>(fields, 4) != 0) {
    return broken(extension.data, "the reserved field of the bitmaps extension is not 0");
  }
  if (directory.length == 0 || directory.offset.value % image.header.cluster_size() != 0 ||
      !contains(*image.source, directory.offset, directory.length)) {
    return broken(directory.offset, "the bitmap directory is not aligned to a cluster, or not wholly in the file");
  }
  directory.broken = read_entries(image, bitmaps, directory);
  return directory;
}

void for_each_dirty(const Image& image, const Bitmap& bitmap,
                    const std::function<void(GuestOffset, std::uint64_t)>& emit) {
  constexpr std::uint64_t all_ones = 1;  // in the table, of an entry without an offset
  const std::uint64_t granularity = std::uint64_t{1} << bitmap.granularity_bits;
  const std::uint64_t size = image.header.virtual_size;
  std::vector<std::byte> data(image.header.cluster_size());
  std::uint64_t begin = 0, at = 0;  // [begin, at) is dirty, as far as we have come
  for (std::uint32_t index = 0; index < bitmap.table_entries && at < size; ++index) {
    std::array<std::byte, 8> bytes{};
    image.source->read_at(bitmap.table + std::uint64_t{index} * bytes.size(), bytes);
    const auto entry = load_big_endian<std::uint64_t>(bytes, 0);
    const HostOffset place = table_offset(entry);
    std::ranges::fill(data, place.value == 0 && entry == all_ones ? std::byte{0xff} : std::byte{0});
    if (place.value != 0) image.source->read_at(place, data);
    for (std::uint64_t bit = 0; bit < 8 * data.size() && at < size; ++bit) {
      const bool dirty = (std::to_integer<unsigned>(data[bit / 8]) >> bit % 8 & 1) != 0;
      if (!dirty && begin < at) emit({begin}, at - begin);
      at += std::min(granularity, size - at);
      if (!dirty) begin = at;
    }
  }
  if (begin < at) emit({begin}, at - begin);
}

std::optional<Violation> judge(const Bitmap& bitmap, const Header& header) {
  constexpr std::uint32_t known_flags = 0b111;
  constexpr std::uint8_t dirty_tracking = 1;
  constexpr unsigned granularity_bits_max = 63;
  const auto wrong = [&](std::string what) { return broken(bitmap.entry, std::move(what)).value(); };
  if ((bitmap.flags & ~known_flags) != 0)
    return wrong(fmt::format("reserved flags {:#x} of a bitmap are set", bitmap.flags));
  if (bitmap.type != dirty_tracking) return wrong(fmt::format("a bitmap has the unknown type {}", bitmap.type));
  if (bitmap.granularity_bits > granularity_bits_max) {
    return wrong(fmt::format("a bitmap has granularity_bits {}; at most 63 are allowed", bitmap.granularity_bits));
  }
  if (bitmap.name_size == 0) return wrong("a bitmap has no name");
  if (bitmap.in_use()) return std::nullopt;  // it is stale, and may be of another size of the disk
  const std::uint64_t bits = divide_up(header.virtual_size, std::uint64_t{1} << bitmap.granularity_bits);
  const std::uint64_t entries = divide_up(divide_up(bits, 8), header.cluster_size());
  if (bitmap.table_entries >= entries) return std::nullopt;
  return wrong(fmt::format("a bitmap table has {} entries, but the disk needs {}", bitmap.table_entries, entries));
}

}  // namespace qcow2
