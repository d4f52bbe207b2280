// What a hole reads as, for as many bytes as files are read at a time.
#pragma once

#include <array>
#include <cstddef>

namespace conform {

inline constexpr std::size_t buffer_size = 256 * 1024;

alignas(64) inline constexpr std::array<std::byte, buffer_size> zero_bytes{};

}  // namespace conform
