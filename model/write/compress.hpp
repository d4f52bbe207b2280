// One cluster compressed: the streams that the decoders of decompress.hpp read back.
//
// Deflate keeps to a window of 4 KiB although 32 would be legal, because readers exist that have no more. The bytes
// depend on the version of zlib or libzstd; the format says nothing of them.
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <span>

#include "format/header.hpp"

namespace qcow2 {

/// One for each thread.
class Compressor {
 public:
  explicit Compressor(CompressionType type);
  ~Compressor();
  Compressor(Compressor&&) noexcept;
  Compressor& operator=(Compressor&&) noexcept;

  /// Compresses `cluster` into `stream` and returns the stream's length; nothing where it does not fit.
  std::optional<std::size_t> compress(std::span<const std::byte> cluster, std::span<std::byte> stream);

 private:
  struct Encoder;
  std::unique_ptr<Encoder> encoder_;
};

}  // namespace qcow2
