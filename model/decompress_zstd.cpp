#include "decompress_zstd.hpp"

#include <fmt/format.h>
#include <zstd.h>
#include <zstd_errors.h>

#include <array>
#include <new>

namespace qcow2 {

namespace {

Rule broken_rule(std::size_t status) {
  switch (ZSTD_getErrorCode(status)) {
    case ZSTD_error_checksum_wrong: return rule::zstd_checksum;
    case ZSTD_error_dictionary_wrong: return rule::zstd_dictionary;
    case ZSTD_error_frameParameter_windowTooLarge: return rule::zstd_window;
    default: return rule::zstd_invalid;
  }
}

/// One step of the decoder: whether it has come to the end of a frame, and whether it could do anything at all.
struct Step {
  bool frame_complete;
  bool progress;
};

Result<Step> step(ZSTD_DCtx* context, ZSTD_inBuffer& input, ZSTD_outBuffer& output) {
  const std::size_t input_before = input.pos;
  const std::size_t output_before = output.pos;
  const std::size_t status = ZSTD_decompressStream(context, &output, &input);
  if (ZSTD_getErrorCode(status) == ZSTD_error_memory_allocation) throw std::bad_alloc();
  if (ZSTD_isError(status) != 0) {
    return refuse(broken_rule(status), {}, fmt::format("after {} bytes: {}", output.pos, ZSTD_getErrorName(status)));
  }
  return Step{status == 0, input.pos > input_before || output.pos > output_before};
}

/// The cluster is complete and its frame is not: that is well when the frame ends without giving more, or gives more.
Result<void> finish_frame(ZSTD_DCtx* context, ZSTD_inBuffer& input) {
  std::array<std::byte, 1> beyond{};
  ZSTD_outBuffer output{beyond.data(), beyond.size(), 0};
  for (;;) {
    const auto taken = step(context, input, output);
    if (!taken) return tl::unexpected(taken.error());
    if (taken->frame_complete || output.pos > 0) return {};  // [zstd-over-long]
    if (!taken->progress) {
      return refuse(rule::zstd_checksum_cut, {}, "the extent ends before the frame that completes the cluster");
    }
  }
}

}  // namespace

void ZstdDecoder::Close::operator()(ZSTD_DCtx_s* context) const { ZSTD_freeDCtx(context); }

ZstdDecoder::ZstdDecoder() : context_(ZSTD_createDCtx()) {
  if (!context_) throw std::bad_alloc();
}

Result<std::size_t> ZstdDecoder::decode(std::span<const std::byte> extent, std::span<std::byte> cluster) {
  ZSTD_DCtx_reset(context_.get(), ZSTD_reset_session_only);
  ZSTD_inBuffer input{extent.data(), extent.size(), 0};
  ZSTD_outBuffer output{cluster.data(), cluster.size(), 0};
  bool frame_complete = true;
  while (output.pos < output.size) {
    // [incomplete-refused] [outside-extent]
    if (frame_complete && input.pos == input.size) {
      return refuse(rule::incomplete_refused, {},
                    fmt::format("the frames end after {} of {} bytes", output.pos, output.size));
    }
    const auto taken = step(context_.get(), input, output);
    if (!taken) return tl::unexpected(taken.error());
    if (!taken->progress) {
      return refuse(rule::outside_extent, {},
                    fmt::format("a frame has given {} of {} bytes when the {} bytes of its extent end", output.pos,
                                output.size, extent.size()));
    }
    frame_complete = taken->frame_complete;
  }
  if (!frame_complete) {
    if (const auto finished = finish_frame(context_.get(), input); !finished) return tl::unexpected(finished.error());
  }
  return input.pos;  // [zstd-after-frame]
}

}  // namespace qcow2
