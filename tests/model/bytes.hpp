// Bytes as tests write them: hex beside their meaning, one pattern for guest data, one line for an outcome.
#pragma once

#include <cassert>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "format/result.hpp"

namespace qcow2::test {

using Bytes = std::vector<std::byte>;

/// "28 b5 2f fd": pairs of hex digits, blanks between them ignored.
inline Bytes hex(std::string_view text) {
  const auto digit = [](char c) {
    assert((c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'));
    return static_cast<unsigned>(c <= '9' ? c - '0' : c - 'a' + 10);
  };
  Bytes bytes;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == ' ') continue;
    bytes.push_back(static_cast<std::byte>(digit(text[i]) << 4 | digit(text[i + 1])));
    ++i;
  }
  return bytes;
}

inline Bytes text(std::string_view characters) {
  Bytes bytes;
  for (const char c : characters) bytes.push_back(static_cast<std::byte>(c));
  return bytes;
}

inline Bytes joined(std::initializer_list<Bytes> parts) {
  Bytes all;
  for (const Bytes& part : parts) all.insert(all.end(), part.begin(), part.end());
  return all;
}

inline Bytes filled(std::size_t length, std::uint64_t value) { return Bytes(length, static_cast<std::byte>(value)); }

/// Bytes that are nowhere the same for long, and others for each `seed`.
inline Bytes pattern(std::size_t length, std::uint64_t seed) {
  Bytes bytes(length);
  std::uint64_t state = seed * 0x9e3779b97f4a7c15 + 1;
  for (std::byte& byte : bytes) {
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    byte = static_cast<std::byte>(state >> 24);
  }
  return bytes;
}

inline Bytes part(std::span<const std::byte> bytes, std::size_t offset, std::size_t length) {
  const auto wanted = bytes.subspan(offset, length);
  return {wanted.begin(), wanted.end()};
}

/// "accepted", or the stage and the rule of the refusal: "l1: l1-in-file".
template <class T>
std::string outcome(const Result<T>& result) {
  if (result) return "accepted";
  return std::string(name(result.error().rule.stage)) + ": " + std::string(result.error().rule.slug);
}

}  // namespace qcow2::test
