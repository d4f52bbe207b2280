// Two byte offsets that look alike and must never be mixed: one in the image file, one on the guest's disk.
#pragma once

#include <compare>
#include <cstdint>

namespace qcow2 {

/// A byte offset in the image file.
struct HostOffset {
  std::uint64_t value = 0;
  friend constexpr auto operator<=>(HostOffset, HostOffset) = default;
};

/// A byte offset on the guest's disk.
struct GuestOffset {
  std::uint64_t value = 0;
  friend constexpr auto operator<=>(GuestOffset, GuestOffset) = default;
};

constexpr HostOffset operator+(HostOffset offset, std::uint64_t bytes) { return {offset.value + bytes}; }
constexpr GuestOffset operator+(GuestOffset offset, std::uint64_t bytes) { return {offset.value + bytes}; }

}  // namespace qcow2
