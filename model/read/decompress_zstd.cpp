#include "read/decompress_zstd.hpp"

#include <fmt/format.h>
#define ZSTD_STATIC_LINKING_ONLY  // for ZSTD_d_stableOutBuffer
#include <zstd.h>
#include <zstd_errors.h>

#include <array>
#include <cassert>
#include <new>

namespace qcow2 {

namespace {

/// 32 MiB. Beyond it a frame that gives more than a cluster is refused, not given memory.
constexpr int over_long_window_bits_max = 25;

Rule broken_rule(ZSTD_ErrorCode error) {
  switch (error) {
    case ZSTD_error_checksum_wrong: return rule::zstd_checksum;
    // [zstd-dictionary] "A frame that names a dictionary (a dictionary id other than 0) is refused"
    case ZSTD_error_dictionary_wrong: return rule::zstd_dictionary;
    // [zstd-window]
    case ZSTD_error_frameParameter_windowTooLarge: return rule::zstd_window;
    default: return rule::zstd_invalid;
  }
}

/// Whether what stands there, as far as it goes, can begin a frame or a skippable one: libzstd may know older formats.
bool begins_frame(std::span<const std::byte> bytes) {
  constexpr std::array frame{0x28, 0xb5, 0x2f, 0xfd};
  constexpr std::array skippable{0x50, 0x2a, 0x4d, 0x18};
  const auto begins_with = [&](const std::array<int, 4>& magic, int first_byte_mask) {
    for (std::size_t i = 0; i < magic.size() && i < bytes.size(); ++i) {
      const int mask = i == 0 ? first_byte_mask : 0xff;
      if ((std::to_integer<int>(bytes[i]) & mask) != magic[i]) return false;
    }
    return true;
  };
  // [zstd-skippable] "Their magic numbers are 0x184D2A50 to 0x184D2A5F"
  return begins_with(frame, 0xff) || begins_with(skippable, 0xf0);
}

/// The decoder over one extent.
class Frames {
 public:
  Frames(ZSTD_DCtx* context, std::span<const std::byte> extent, std::span<std::byte> cluster)
      : context_(context),
        extent_(extent),
        input_{extent.data(), extent.size(), 0},
        output_{cluster.data(), cluster.size(), 0} {}

  Result<std::size_t> decode() {
    // [stops-at-cluster]
    while (output_.pos < output_.size) {
      // [incomplete-refused]
      if (frame_complete_ && input_.pos == input_.size) {
        return refuse(rule::incomplete_refused, {},
                      fmt::format("the frames end after {} of {} bytes", output_.pos, output_.size));
      }
      // [zstd-invalid] "A stream that is not a sequence of zstd frames before the cluster is complete is refused"
      if (frame_complete_ && !begins_frame(extent_.subspan(input_.pos))) {
        return refuse(rule::zstd_invalid, {},
                      fmt::format("no frame begins at byte {1} of the extent, after {0} bytes of the cluster",
                                  output_.pos, input_.pos));
      }
      const auto progress = step(output_);
      if (!progress) return tl::unexpected(progress.error());
      // [outside-extent]
      if (!*progress) {
        return refuse(rule::outside_extent, {},
                      fmt::format("the extent of {2} bytes ends when the frames have given {0} of {1} bytes",
                                  output_.pos, output_.size, input_.size));
      }
    }
    // [zstd-checksum] "verify it and refuse a wrong one", which libzstd does at the end of a frame
    if (const auto finished = finish_frame(); !finished) return tl::unexpected(finished.error());
    return input_.pos;  // [zstd-after-frame]
  }

  /// Whether decoding failed because a frame had more to give than there was room for.
  bool over_long() const { return over_long_; }

  /// After a decode() that went well: whether the frame that completed the cluster has come to its end.
  std::optional<std::size_t> length() const { return frame_complete_ ? std::optional(input_.pos) : std::nullopt; }

 private:
  /// Returns whether the decoder could do anything at all.
  Result<bool> step(ZSTD_outBuffer& output) {
    const std::size_t input_before = input_.pos;
    const std::size_t output_before = output.pos;
    const std::size_t status = ZSTD_decompressStream(context_, &output, &input_);
    const ZSTD_ErrorCode error = ZSTD_getErrorCode(status);
    if (error == ZSTD_error_memory_allocation) throw std::bad_alloc();
    if (error != ZSTD_error_no_error) {
      over_long_ = error == ZSTD_error_dstSize_tooSmall;
      // [zstd-invalid]
      return refuse(broken_rule(error), {}, fmt::format("after {} bytes: {}", output_.pos, ZSTD_getErrorName(status)));
    }
    // [zstd-frames] "Decoding goes on with the next frame until the cluster is complete."
    frame_complete_ = status == 0;
    return input_.pos > input_before || output.pos > output_before;
  }

  /// The cluster is complete; its frame must end without giving more, or give more.
  Result<void> finish_frame() {
    std::array<std::byte, 1> room{};
    ZSTD_outBuffer surplus{room.data(), room.size(), 0};
    int stable = 0;
    ZSTD_DCtx_getParameter(context_, ZSTD_d_stableOutBuffer, &stable);
    // The one is full for good, the other has room for a byte.
    ZSTD_outBuffer& output = stable != 0 ? output_ : surplus;
    while (!frame_complete_ && surplus.pos == 0) {  // [zstd-over-long]
      const auto progress = step(output);
      if (!progress) return tl::unexpected(progress.error());
      // [zstd-checksum-cut]
      if (!*progress && !frame_complete_) {
        return refuse(rule::zstd_checksum_cut, {},
                      "the cluster is complete, but the extent ends before its frame does");
      }
    }
    return {};
  }

  ZSTD_DCtx* context_;
  std::span<const std::byte> extent_;
  ZSTD_inBuffer input_;
  ZSTD_outBuffer output_;
  bool frame_complete_ = true;
  bool over_long_ = false;
};

}  // namespace

void ZstdDecoder::Close::operator()(ZSTD_DCtx_s* context) const { ZSTD_freeDCtx(context); }

ZstdDecoder::ZstdDecoder() : straight_(ZSTD_createDCtx()), buffered_(ZSTD_createDCtx()) {
  if (!straight_ || !buffered_) throw std::bad_alloc();
  ZSTD_DCtx_setParameter(straight_.get(), ZSTD_d_stableOutBuffer, 1);
  ZSTD_DCtx_setParameter(buffered_.get(), ZSTD_d_windowLogMax, over_long_window_bits_max);
}

Result<std::size_t> ZstdDecoder::decode(std::span<const std::byte> extent, std::span<std::byte> cluster) {
  ZSTD_DCtx_reset(straight_.get(), ZSTD_reset_session_only);
  Frames frames(straight_.get(), extent, cluster);
  stream_length_.reset();
  auto decoded = frames.decode();
  if (decoded) stream_length_ = frames.length();
  if (decoded || !frames.over_long()) return decoded;
  ZSTD_DCtx_reset(buffered_.get(), ZSTD_reset_session_only);
  return Frames(buffered_.get(), extent, cluster).decode();
}

}  // namespace qcow2
