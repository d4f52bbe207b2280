#include "read/decompress.hpp"

#include "read/decompress_deflate.hpp"
#include "read/decompress_zstd.hpp"

namespace qcow2 {

struct Decompressor::Decoders {
  DeflateDecoder deflate;
  ZstdDecoder zstd;
};

Decompressor::Decompressor() : decoders_(std::make_unique<Decoders>()) {}
Decompressor::~Decompressor() = default;
Decompressor::Decompressor(Decompressor&&) noexcept = default;
Decompressor& Decompressor::operator=(Decompressor&&) noexcept = default;

Result<std::size_t> Decompressor::decompress(CompressionType type, std::span<const std::byte> extent,
                                             std::span<std::byte> cluster) {
  switch (type) {
    case CompressionType::deflate: return decoders_->deflate.decode(extent, cluster);
    case CompressionType::zstd: return decoders_->zstd.decode(extent, cluster);
  }
  std::abort();  // read_header lets no other type pass
}

std::optional<std::size_t> Decompressor::stream_length(CompressionType type) {
  return type == CompressionType::zstd ? decoders_->zstd.stream_length() : decoders_->deflate.stream_length();
}

}  // namespace qcow2
