// The part of a table that was read last, so that whoever walks forward asks the source once for many entries.
//
// No table is ever loaded whole: what a header claims costs no memory.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include "format/big_endian.hpp"
#include "format/byte_source.hpp"
#include "format/offsets.hpp"

namespace qcow2 {

/// An entry of an L1 table, a refcount table or a bitmap table, in bytes.
inline constexpr std::uint64_t table_entry_size = 8;

class TableWindow {
 public:
  static constexpr std::size_t size = 2048;  ///< in bytes; windows begin at multiples of it, tables at those of 512

  /// The number at `offset`, a multiple of 8. What the file does not have is 0.
  std::uint64_t load(const ByteSource& source, HostOffset offset) {
    return load_big_endian<std::uint64_t>(around(source, offset), offset.value % size);
  }
  /// The window that holds `offset`.
  std::span<const std::byte, size> around(const ByteSource& source, HostOffset offset) {
    if (offset.value - offset.value % size != begin_.value) enter(source, {offset.value - offset.value % size});
    return bytes_;
  }
  /// From `offset` to what is returned, a window's border, all is zeros; `offset` where that is not known. Holes are
  /// passed over.
  HostOffset zeros_end(const ByteSource& source, HostOffset offset) {
    around(source, offset);
    return zeros_end_.value != 0 ? zeros_end_ : offset;
  }

 private:
  void enter(const ByteSource& source, HostOffset begin);

  static constexpr std::uint64_t nowhere = ~std::uint64_t{0};
  HostOffset begin_{nowhere};
  HostOffset zeros_end_;  ///< 0: the window is not all zeros
  std::array<std::byte, size> bytes_{};
};

}  // namespace qcow2
