// Zeros stay holes.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>

namespace qcow2 {

/// Calls `write(offset, bytes)` for the stretches of `bytes` that are not zeros, to the grain of a file system's block.
template <class Write>
void write_sparsely(std::uint64_t offset, std::span<const std::byte> bytes, Write write) {
  constexpr std::size_t grain = 4096;
  const auto is_zero = [](std::span<const std::byte> block) {
    return block.front() == std::byte{0} && std::equal(block.begin() + 1, block.end(), block.begin());
  };
  std::size_t begin = 0;
  for (std::size_t at = 0; at < bytes.size();) {
    const std::size_t length = std::min(grain, bytes.size() - at);
    if (is_zero(bytes.subspan(at, length))) {
      if (begin < at) write(offset + begin, bytes.subspan(begin, at - begin));
      begin = at + length;
    }
    at += length;
  }
  if (begin < bytes.size()) write(offset + begin, bytes.subspan(begin));
}

}  // namespace qcow2
