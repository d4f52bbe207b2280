// All numbers of the format are big-endian.
#pragma once

#include <cassert>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <span>

namespace qcow2 {

/// The number at `bytes[at]`; the caller has made sure that it is wholly there.
template <std::unsigned_integral T>
constexpr T load_big_endian(std::span<const std::byte> bytes, std::size_t at) {
  assert(at + sizeof(T) <= bytes.size());
  T value = 0;
  for (std::size_t i = 0; i < sizeof(T); ++i) {
    value = static_cast<T>(static_cast<std::uint64_t>(value) << 8 | std::to_integer<std::uint64_t>(bytes[at + i]));
  }
  return value;
}

template <std::unsigned_integral T>
constexpr void store_big_endian(std::span<std::byte> bytes, std::size_t at, T value) {
  assert(at + sizeof(T) <= bytes.size());
  for (std::size_t i = 0; i < sizeof(T); ++i) {
    bytes[at + i] = static_cast<std::byte>(static_cast<std::uint64_t>(value) >> (8 * (sizeof(T) - 1 - i)));
  }
}

}  // namespace qcow2
