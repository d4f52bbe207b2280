// One compressed cluster: the bytes of its extent in, exactly one cluster out.
//
// Decoding stops when the cluster is complete; what the extent holds behind that means nothing.
// A stream that gives less is refused, whatever the reason; nothing is ever filled in.
// The decoders themselves are zlib's and libzstd's. Where the bytes come from is reader.hpp's.
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <span>

#include "format/header.hpp"
#include "format/result.hpp"

namespace qcow2 {

/// Decodes streams one after another, each for itself. One for each thread.
class Decompressor {
 public:
  Decompressor();
  ~Decompressor();
  Decompressor(Decompressor&&) noexcept;
  Decompressor& operator=(Decompressor&&) noexcept;

  /// Fills `cluster` from the stream at the beginning of `extent`. Returns how many bytes the decoder has taken up.
  /// Refuses with a rule of Stage::decompress: outside-extent where the stream goes on behind the extent,
  /// incomplete-refused where it ends too soon, others where it is broken. Then `cluster` holds nothing of use.
  Result<std::size_t> decompress(CompressionType type, std::span<const std::byte> extent, std::span<std::byte> cluster);

  /// Of the stream that has just been decompressed, and whose extent still stands: its bytes to its very end, the last
  /// block's end-of-block code or the frame's checksum included. Nothing where it does not end inside its extent, or
  /// would give more than the cluster.
  std::optional<std::size_t> stream_length(CompressionType type);

 private:
  struct Decoders;
  std::unique_ptr<Decoders> decoders_;
};

}  // namespace qcow2
