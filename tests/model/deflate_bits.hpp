// A deflate stream put together bit by bit, as RFC 1951 (section 3.1.1) packs them.
#pragma once

#include "bytes.hpp"

namespace qcow2::test {

class DeflateBits {
 public:
  /// Bits of a number, the lowest first.
  DeflateBits& number(unsigned value, unsigned count) {
    for (unsigned i = 0; i < count; ++i) bit(value >> i & 1);
    return *this;
  }
  /// A Huffman code as it is written on paper: "0101".
  DeflateBits& code(std::string_view digits) {
    for (const char digit : digits) bit(digit == '1' ? 1 : 0);
    return *this;
  }
  /// A symbol of the fixed literal/length code (section 3.2.6).
  DeflateBits& fixed(unsigned symbol) {
    if (symbol < 144) return huffman(0b00110000 + symbol, 8);
    if (symbol < 256) return huffman(0b110010000 + symbol - 144, 9);
    if (symbol < 280) return huffman(symbol - 256, 7);
    return huffman(0b11000000 + symbol - 280, 8);
  }
  /// A symbol of the fixed distance code.
  DeflateBits& fixed_distance(unsigned symbol) { return huffman(symbol, 5); }
  /// The stored block's header behind its three bits, and its bytes.
  DeflateBits& stored(const Bytes& data) {
    used_ = 8;
    const auto length = static_cast<unsigned>(data.size());
    number(length, 16).number(~length, 16);
    return raw(data);
  }
  /// Whole bytes, behind what is left of the last one.
  DeflateBits& raw(const Bytes& data) {
    bytes_.insert(bytes_.end(), data.begin(), data.end());
    used_ = 8;
    return *this;
  }
  operator const Bytes&() const { return bytes_; }

 private:
  void bit(unsigned value) {
    if (used_ == 8) {
      bytes_.push_back(std::byte{0});
      used_ = 0;
    }
    bytes_.back() |= static_cast<std::byte>(value << used_++);
  }
  DeflateBits& huffman(unsigned value, unsigned count) {
    while (count-- > 0) bit(value >> count & 1);
    return *this;
  }

  Bytes bytes_;
  unsigned used_ = 8;
};

// The three bits at the head of a block.
inline constexpr unsigned not_final = 0, final = 1;
inline constexpr unsigned type_stored = 0, type_fixed = 1, type_dynamic = 2, type_reserved = 3;
inline constexpr unsigned end_of_block = 256;

/// A block with fixed codes: one literal, then matches of distance 1 that make it `length` bytes, at least 1.
inline DeflateBits& append_run(DeflateBits& bits, unsigned is_final, unsigned literal, std::size_t length) {
  bits.number(is_final, 1).number(type_fixed, 2).fixed(literal);
  std::size_t left = length - 1;
  for (; left >= 258 + 3; left -= 258) bits.fixed(285).fixed_distance(0);
  for (; left >= 13 + 3; left -= 13) bits.fixed(266).number(0, 1).fixed_distance(0);  // length 13 or 14, one extra bit
  for (; left > 0 && left % 3 != 0; --left) bits.fixed(literal);
  for (; left > 0; left -= 3) bits.fixed(257).fixed_distance(0);
  return bits.fixed(end_of_block);
}

inline Bytes run(std::size_t length, unsigned is_final = final, unsigned literal = 'A') {
  DeflateBits bits;
  append_run(bits, is_final, literal, length);
  return bits;
}

}  // namespace qcow2::test
