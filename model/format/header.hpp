// The header: what the first cluster says about the image, as far as reading it needs.
//
// Versions 2 and 3, all incompatible feature bits judged, the header extensions that name the formats and places of
// other files. What the tables behind it hold is image.hpp's; snapshots and refcounts are not looked at here.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "format/byte_source.hpp"
#include "format/offsets.hpp"
#include "format/result.hpp"

namespace qcow2 {

enum class CompressionType : std::uint8_t { deflate = 0, zstd = 1 };

constexpr std::string_view name(CompressionType type) { return type == CompressionType::zstd ? "zstd" : "deflate"; }

/// Bits of incompatible_features.
namespace incompatible {
inline constexpr std::uint64_t dirty = 1 << 0;
inline constexpr std::uint64_t corrupt = 1 << 1;
inline constexpr std::uint64_t external_data_file = 1 << 2;
inline constexpr std::uint64_t compression_type = 1 << 3;
inline constexpr std::uint64_t extended_l2 = 1 << 4;
// [header-incompatible-features]
// [dirty-bit] "A reader should read an image whose dirty bit (bit 0 of incompatible_features) is set."
// [corrupt-bit] "A reader should read an image whose corrupt bit (bit 1 of incompatible_features) is set."
inline constexpr std::uint64_t known = (1 << 5) - 1;
}  // namespace incompatible

/// Bits of autoclear_features.
namespace autoclear {
inline constexpr std::uint64_t bitmaps = 1 << 0;
inline constexpr std::uint64_t raw_external_data = 1 << 1;
inline constexpr std::uint64_t known = bitmaps | raw_external_data;
}  // namespace autoclear

struct HeaderExtension {
  std::uint32_t type = 0;
  HostOffset data;
  std::uint32_t length = 0;
};

struct Header {
  std::uint32_t version = 0;
  HostOffset backing_file_offset;
  std::uint32_t backing_file_size = 0;
  unsigned cluster_bits = 0;
  std::uint64_t virtual_size = 0;
  std::uint32_t crypt_method = 0;
  std::uint32_t l1_size = 0;  ///< in entries of 8 bytes
  HostOffset l1_table_offset;
  HostOffset refcount_table_offset;
  std::uint32_t refcount_table_clusters = 0;
  std::uint32_t snapshot_count = 0;
  HostOffset snapshots_offset;
  std::uint64_t incompatible_features = 0;
  std::uint64_t compatible_features = 0;
  std::uint64_t autoclear_features = 0;
  std::uint32_t refcount_order = 4;
  std::uint32_t header_length = 0;
  CompressionType compression_type = CompressionType::deflate;
  std::vector<HeaderExtension> extensions;
  std::string backing_file;    ///< empty: none
  std::string backing_format;  ///< empty: not said
  std::string data_file;       ///< empty: not named

  std::uint64_t cluster_size() const { return std::uint64_t{1} << cluster_bits; }
  bool has(std::uint64_t incompatible_bit) const { return (incompatible_features & incompatible_bit) != 0; }
};

/// Reads and judges the header. Refuses with a rule of Stage::header.
Result<Header> read_header(const ByteSource& source);

/// The same, but an encrypted image is not refused: for those who read no guest data.
Result<Header> read_header_of_any(const ByteSource& source);

}  // namespace qcow2
