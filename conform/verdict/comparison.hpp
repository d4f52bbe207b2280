// The bytes that an implementation gave beside those that it should have given.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/open_file.hpp"
#include "base/result.hpp"

namespace conform {

/// The first byte that differs, with up to 16 bytes from there on, in hex; a side that has ended is empty.
struct FirstDiff {
  std::uint64_t offset = 0;  // on the guest disk
  std::string expected;
  std::string got;
};

/// Parts of a guest disk, each list ascending, in which another byte is right too.
struct Leeway {
  std::vector<Segment> open{};      // a zero
  std::vector<Segment> torn{};      // the byte that the older disk has there
  const OpenFile* older = nullptr;  // where something is torn
};

/// Compares all of `got` with [offset, offset + length) of the guest disk; nothing: they are equal, in length too.
/// What is a hole in both is not read.
Result<std::optional<FirstDiff>> first_difference(const OpenFile& guest, std::uint64_t offset, std::uint64_t length,
                                                  const OpenFile& got, const Leeway& leeway = {});

/// Up to 16 bytes of [position, end) of a file, in hex.
std::string hex_at(const OpenFile& file, std::uint64_t position, std::uint64_t end);

}  // namespace conform
