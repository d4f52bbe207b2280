// zstd frames (RFC 8878), one after another, that give exactly one cluster.
//
// Skippable frames give nothing. What is a frame, and how large a window may be, is left to libzstd's streaming
// decoder. The frame that completes the cluster must be whole as well, unless it goes on to give more.
//
// Frames are decoded straight into the cluster, so that a window costs nothing. Only a frame that has more to give than
// the cluster takes is decoded again, through a buffer.
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <span>

#include "format/result.hpp"

struct ZSTD_DCtx_s;

namespace qcow2 {

class ZstdDecoder {
 public:
  ZstdDecoder();
  /// As Decompressor::decompress.
  Result<std::size_t> decode(std::span<const std::byte> extent, std::span<std::byte> cluster);
  /// As Decompressor::stream_length.
  std::optional<std::size_t> stream_length() const { return stream_length_; }

 private:
  struct Close {
    void operator()(ZSTD_DCtx_s* context) const;
  };
  std::unique_ptr<ZSTD_DCtx_s, Close> straight_;
  std::unique_ptr<ZSTD_DCtx_s, Close> buffered_;
  std::optional<std::size_t> stream_length_;
};

}  // namespace qcow2
