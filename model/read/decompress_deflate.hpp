// A deflate stream (RFC 1951, no wrapper around it) that gives exactly one cluster.
//
// zlib decodes into the whole cluster at once, with the largest window that the RFC allows.
// It looks ahead when the output is full; what it finds there is none of the cluster's business.
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <span>

#include "format/result.hpp"

struct z_stream_s;

namespace qcow2 {

class DeflateDecoder {
 public:
  DeflateDecoder();
  /// As Decompressor::decompress.
  Result<std::size_t> decode(std::span<const std::byte> extent, std::span<std::byte> cluster);
  /// As Decompressor::stream_length.
  std::optional<std::size_t> stream_length();

 private:
  struct Close {
    void operator()(z_stream_s* stream) const;
  };
  std::unique_ptr<z_stream_s, Close> stream_;
};

}  // namespace qcow2
