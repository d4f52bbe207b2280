// Where an image's bytes come from: a size, and a read_at that is const and thread-safe.
//
// A file may be sparse, and far longer than what it holds. next_data lets a walk pass over its holes, so that time
// follows the bytes that there are, and not what an image claims.
//
// The model opens nothing. Whoever has memory or an open file hands it in as one of the two kinds below.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "format/offsets.hpp"

namespace qcow2 {

class ByteSource {
 public:
  virtual ~ByteSource() = default;
  /// In bytes.
  virtual std::uint64_t size() const = 0;
  /// Fills `out` from `offset` on and returns how many bytes there were: fewer than asked only at the end.
  /// Throws std::system_error when the bytes cannot be had although they should be there.
  virtual std::size_t read_at(HostOffset offset, std::span<std::byte> out) const = 0;
  /// Everything from `offset` on and before what is returned is zeros; size() where nothing follows. May be `offset`.
  virtual HostOffset next_data(HostOffset offset) const { return {offset.value < size() ? offset.value : size()}; }
};

class MemorySource final : public ByteSource {
 public:
  explicit MemorySource(std::span<const std::byte> bytes) : bytes_(bytes) {}
  std::uint64_t size() const override { return bytes_.size(); }
  std::size_t read_at(HostOffset offset, std::span<std::byte> out) const override;

 private:
  std::span<const std::byte> bytes_;
};

/// A file that somebody has opened, and keeps open as long as this lives.
class FileSource final : public ByteSource {
 public:
  FileSource(int descriptor, std::uint64_t size) : descriptor_(descriptor), size_(size) {}
  std::uint64_t size() const override { return size_; }
  std::size_t read_at(HostOffset offset, std::span<std::byte> out) const override;
  HostOffset next_data(HostOffset offset) const override;

 private:
  int descriptor_;
  std::uint64_t size_;
};

/// Whether [offset, offset + length) lies wholly in the source.
bool contains(const ByteSource& source, HostOffset offset, std::uint64_t length);

}  // namespace qcow2
