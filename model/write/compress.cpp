#include "write/compress.hpp"

#include <zlib.h>
#include <zstd.h>
#include <zstd_errors.h>

#include <cassert>
#include <new>

namespace qcow2 {

namespace {

constexpr int raw_with_4_kib_window = -12;
constexpr int deflate_memory_level = 9;

class DeflateEncoder {
 public:
  DeflateEncoder() {
    if (deflateInit2(&stream_, Z_DEFAULT_COMPRESSION, Z_DEFLATED, raw_with_4_kib_window, deflate_memory_level,
                     Z_DEFAULT_STRATEGY) != Z_OK) {
      throw std::bad_alloc();
    }
  }
  ~DeflateEncoder() { deflateEnd(&stream_); }
  DeflateEncoder(const DeflateEncoder&) = delete;
  DeflateEncoder& operator=(const DeflateEncoder&) = delete;

  std::optional<std::size_t> compress(std::span<const std::byte> cluster, std::span<std::byte> stream) {
    deflateReset(&stream_);
    stream_.next_in = reinterpret_cast<Bytef*>(const_cast<std::byte*>(cluster.data()));
    stream_.avail_in = static_cast<uInt>(cluster.size());
    stream_.next_out = reinterpret_cast<Bytef*>(stream.data());
    stream_.avail_out = static_cast<uInt>(stream.size());
    if (deflate(&stream_, Z_FINISH) != Z_STREAM_END) return std::nullopt;
    return stream.size() - stream_.avail_out;
  }

 private:
  z_stream stream_{};
};

class ZstdEncoder {
 public:
  ZstdEncoder() : context_(ZSTD_createCCtx()) {
    if (!context_) throw std::bad_alloc();
  }

  std::optional<std::size_t> compress(std::span<const std::byte> cluster, std::span<std::byte> stream) {
    const std::size_t status =
        ZSTD_compress2(context_.get(), stream.data(), stream.size(), cluster.data(), cluster.size());
    if (ZSTD_isError(status) == 0) return status;
    if (ZSTD_getErrorCode(status) == ZSTD_error_memory_allocation) throw std::bad_alloc();
    assert(ZSTD_getErrorCode(status) == ZSTD_error_dstSize_tooSmall);
    return std::nullopt;
  }

 private:
  struct Close {
    void operator()(ZSTD_CCtx* context) const { ZSTD_freeCCtx(context); }
  };
  std::unique_ptr<ZSTD_CCtx, Close> context_;
};

}  // namespace

struct Compressor::Encoder {
  std::optional<DeflateEncoder> deflate;
  std::optional<ZstdEncoder> zstd;
};

Compressor::Compressor(CompressionType type) : encoder_(std::make_unique<Encoder>()) {
  if (type == CompressionType::zstd) {
    encoder_->zstd.emplace();
  } else {
    encoder_->deflate.emplace();
  }
}
Compressor::~Compressor() = default;
Compressor::Compressor(Compressor&&) noexcept = default;
Compressor& Compressor::operator=(Compressor&&) noexcept = default;

std::optional<std::size_t> Compressor::compress(std::span<const std::byte> cluster, std::span<std::byte> stream) {
  return encoder_->zstd ? encoder_->zstd->compress(cluster, stream) : encoder_->deflate->compress(cluster, stream);
}

}  // namespace qcow2
