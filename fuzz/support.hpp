// What the fuzz targets share: the input as an image, a copy of it that can be written, and a way to fail.
#pragma once

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <span>
#include <vector>

#include "format/byte_sink.hpp"
#include "format/image.hpp"

namespace qcow2::fuzz {

/// What must hold for any bytes at all.
inline void require(bool holds, const char* what) {
  if (holds) return;
  std::fprintf(stderr, "does not hold: %s\n", what);
  std::abort();
}

inline std::span<const std::byte> bytes(const std::uint8_t* data, std::size_t size) {
  return {reinterpret_cast<const std::byte*>(data), size};
}

class MemoryStore final : public ByteStore {
 public:
  explicit MemoryStore(std::span<const std::byte> bytes) : bytes_(bytes.begin(), bytes.end()) {}
  std::uint64_t size() const override { return bytes_.size(); }
  std::size_t read_at(HostOffset offset, std::span<std::byte> out) const override {
    return MemorySource(bytes_).read_at(offset, out);
  }
  void write_at(HostOffset offset, std::span<const std::byte> bytes) override {
    require(offset.value <= bytes_.size() + (64 << 20), "a repair writes behind the file, not far away");
    if (bytes_.size() < offset.value + bytes.size()) bytes_.resize(offset.value + bytes.size());
    std::copy(bytes.begin(), bytes.end(), bytes_.begin() + static_cast<std::ptrdiff_t>(offset.value));
  }
  const std::vector<std::byte>& content() const { return bytes_; }

 private:
  std::vector<std::byte> bytes_;
};

}  // namespace qcow2::fuzz
