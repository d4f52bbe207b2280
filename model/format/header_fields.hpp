// Where each number of the header stands, and how wide it is. Reading, writing and repairing use this one table.
//
// Bytes 0 to 71 are in both versions, the rest in version 3 alone. All numbers are big-endian.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "format/big_endian.hpp"

namespace qcow2 {

/// A number of type T, `at` bytes from the beginning of the file.
template <std::unsigned_integral T>
struct HeaderField {
  std::size_t at;

  constexpr std::size_t end() const { return at + sizeof(T); }
  /// `header` begins where the file does.
  constexpr T load(std::span<const std::byte> header) const { return load_big_endian<T>(header, at); }
  constexpr void store(std::span<std::byte> header, T value) const { store_big_endian(header, at, value); }
};

namespace field {
inline constexpr HeaderField<std::uint32_t> magic{0};
inline constexpr HeaderField<std::uint32_t> version{4};
inline constexpr HeaderField<std::uint64_t> backing_file_offset{8};
inline constexpr HeaderField<std::uint32_t> backing_file_size{16};
inline constexpr HeaderField<std::uint32_t> cluster_bits{20};
inline constexpr HeaderField<std::uint64_t> virtual_size{24};
inline constexpr HeaderField<std::uint32_t> crypt_method{32};
inline constexpr HeaderField<std::uint32_t> l1_size{36};
inline constexpr HeaderField<std::uint64_t> l1_table_offset{40};
inline constexpr HeaderField<std::uint64_t> refcount_table_offset{48};
inline constexpr HeaderField<std::uint32_t> refcount_table_clusters{56};
inline constexpr HeaderField<std::uint32_t> snapshot_count{60};
inline constexpr HeaderField<std::uint64_t> snapshots_offset{64};
inline constexpr HeaderField<std::uint64_t> incompatible_features{72};
inline constexpr HeaderField<std::uint64_t> compatible_features{80};
inline constexpr HeaderField<std::uint64_t> autoclear_features{88};
inline constexpr HeaderField<std::uint32_t> refcount_order{96};
inline constexpr HeaderField<std::uint32_t> header_length{100};
inline constexpr HeaderField<std::uint8_t> compression_type{104};
}  // namespace field

inline constexpr std::uint32_t header_magic = 0x514649fb;  // "QFI" and 0xfb
inline constexpr std::uint32_t header_length_v2 = 72;
inline constexpr std::uint32_t header_length_v3 = 104;  ///< the least of version 3
static_assert(field::snapshots_offset.end() == header_length_v2);
static_assert(field::header_length.end() == header_length_v3);

}  // namespace qcow2
