// The compressed cluster descriptor: bits 0 to 61 of an L2 entry whose bit 62 is set.
//
//     63 62 61            x  x-1                                  0      x = 62 - (cluster_bits - 8)
//    | 0| 1| additional     | host_offset                          |
//    |  |  | _sectors       | a byte offset, aligned to nothing    |
//
// Decoding and encoding stand side by side; everything is constexpr and masks nothing away in silence. The reading of
// the text before its correction is here too, for comparison alone. The stream behind a descriptor is decompress.hpp's.
#pragma once

#include <cstdint>
#include <optional>

#include "format/offsets.hpp"

namespace qcow2 {

inline constexpr unsigned cluster_bits_min = 9;
inline constexpr unsigned cluster_bits_max = 21;

inline constexpr std::uint64_t sector_size = 512;

inline constexpr std::uint64_t copied_flag = std::uint64_t{1} << 63;
inline constexpr std::uint64_t compressed_flag = std::uint64_t{1} << 62;

constexpr std::uint64_t low_bits(unsigned count) { return (std::uint64_t{1} << count) - 1; }

// [offset-field] "Bits 0 to x-1 of a compressed entry are host_offset, x = 62 - (cluster_bits - 8)."
constexpr unsigned host_offset_bits(unsigned cluster_bits) { return 62 - (cluster_bits - 8); }

// [size-field] "Bits x to 61 of a compressed entry are additional_sectors"
constexpr unsigned additional_sectors_bits(unsigned cluster_bits) { return cluster_bits - 8; }

constexpr std::uint64_t additional_sectors_max(unsigned cluster_bits) {
  return low_bits(additional_sectors_bits(cluster_bits));
}

inline constexpr unsigned host_offset_bits_max = 56;

/// The largest host_offset that a legal descriptor can name.
constexpr HostOffset host_offset_max(unsigned cluster_bits) {
  const unsigned bits = host_offset_bits(cluster_bits);
  // [offset-above-bit-55]
  return {low_bits(bits < host_offset_bits_max ? bits : host_offset_bits_max)};
}

struct Descriptor {
  HostOffset host_offset;
  std::uint64_t additional_sectors = 0;
  friend constexpr bool operator==(const Descriptor&, const Descriptor&) = default;
};

// [sectors-beyond-first] "additional_sectors counts 512-byte sectors beyond the one that holds host_offset."
constexpr std::uint64_t sector_count(const Descriptor& descriptor) { return descriptor.additional_sectors + 1; }

// [extent] "The extent begins at host_offset and ends at the end of the last of its n + 1 sectors": at least 1 byte, at
// most 2 * cluster_size
constexpr std::uint64_t available_bytes(const Descriptor& descriptor) {
  return sector_count(descriptor) * sector_size - descriptor.host_offset.value % sector_size;
}

constexpr HostOffset extent_end(const Descriptor& descriptor) {
  return descriptor.host_offset + available_bytes(descriptor);
}

/// The bits of the two fields as they stand, legal or not.
constexpr Descriptor decode_descriptor(std::uint64_t l2_entry, unsigned cluster_bits) {
  const unsigned x = host_offset_bits(cluster_bits);
  // [offset-any-byte] "Its low bits, bit 0 among them, are bits of the offset."
  return {{l2_entry & low_bits(x)}, (l2_entry >> x) & additional_sectors_max(cluster_bits)};
}

/// The L2 entry whose fields are those of `descriptor`; nothing where they do not fit.
constexpr std::optional<std::uint64_t> encode_descriptor(const Descriptor& descriptor, unsigned cluster_bits) {
  // [writer-field-limits] "Otherwise the cluster is stored uncompressed, or elsewhere."
  if (descriptor.host_offset > host_offset_max(cluster_bits)) return std::nullopt;
  if (descriptor.additional_sectors > additional_sectors_max(cluster_bits)) return std::nullopt;
  return compressed_flag | descriptor.additional_sectors << host_offset_bits(cluster_bits) |
         descriptor.host_offset.value;
}

/// The descriptor with the least size field whose extent covers `length` bytes (at least 1) from `host_offset` on.
constexpr Descriptor covering(HostOffset host_offset, std::uint64_t length) {
  const std::uint64_t last = length - 1;  // sectors and rest apart, so that no length is too large to be added to
  // [writer-extent-covers-stream] [writer-least-size-field]
  return {host_offset, last / sector_size + (host_offset.value % sector_size + last % sector_size) / sector_size};
}

/// The same bits as the document read until 2018: "Bit 0 - x: host cluster offset; x+1 - 61: compressed size in
/// sectors". One bit too many for the offset, and a count where the field holds what is beyond the first sector.
namespace before_correction {

struct Reading {
  HostOffset host_offset;
  std::uint64_t size_field = 0;
};

constexpr Reading decode(std::uint64_t l2_entry, unsigned cluster_bits) {
  const unsigned x = host_offset_bits(cluster_bits);
  const unsigned size_bits = 61 - x;
  return {{l2_entry & low_bits(x + 1)}, (l2_entry >> (x + 1)) & low_bits(size_bits)};
}

/// The old split, the field taken for a count of sectors: no bytes at all where it is 0.
constexpr std::uint64_t available_bytes_as_count(const Reading& reading) {
  if (reading.size_field == 0) return 0;
  return reading.size_field * sector_size - reading.host_offset.value % sector_size;
}

/// The old split, the field taken for additional sectors.
constexpr std::uint64_t available_bytes_as_additional(const Reading& reading) {
  return (reading.size_field + 1) * sector_size - reading.host_offset.value % sector_size;
}

}  // namespace before_correction

}  // namespace qcow2
