#include "cli/kept_json.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "format/bitmap.hpp"

namespace qcow2::cli {

namespace {

constexpr std::uint64_t data_shown_max = 4096;
constexpr std::uint32_t table_entries_max = 1 << 16;  // of a bitmap that is read
constexpr std::uint64_t known_header_length = 105;    // up to compression_type

std::string hex_of(const Image& image, HostOffset at, std::uint64_t length) {
  std::vector<std::byte> bytes(std::min(length, data_shown_max));
  image.source->read_at(at, bytes);
  std::string digits;
  for (const std::byte byte : bytes) digits += fmt::format("{:02x}", std::to_integer<unsigned>(byte));
  return digits;
}

Json bitmap_json(const Image& image, const Bitmap& bitmap) {
  Json json{{"flags", bitmap.flags}, {"granularity_bits", bitmap.granularity_bits}};
  if (bitmap.table_entries > table_entries_max || judge(bitmap, image.header)) return json;
  json["dirty"] = Json::array();
  for_each_dirty(image, bitmap, [&](GuestOffset offset, std::uint64_t length) {
    json["dirty"].push_back({{"start", offset.value}, {"length", length}});
  });
  return json;
}

}  // namespace

void add_kept(Json& json, const Image& image) {
  const Header& header = image.header;
  for (const HeaderExtension& extension : header.extensions)
    json["header_extensions"].push_back(
        {{"type", hex(extension.type)}, {"data", hex_of(image, extension.data, extension.length)}});
  if (header.header_length > known_header_length)
    json["additional_fields"] = hex_of(image, {known_header_length}, header.header_length - known_header_length);
  if (!has_bitmaps(header)) return;
  const auto directory = read_bitmap_directory(image);
  if (!directory) return;
  for (const Bitmap& bitmap : directory->bitmaps) json["bitmaps"].push_back(bitmap_json(image, bitmap));
}

}  // namespace qcow2::cli
