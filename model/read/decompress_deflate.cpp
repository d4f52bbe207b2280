#include "read/decompress_deflate.hpp"

#include <fmt/format.h>
#include <zlib.h>

#include <cassert>
#include <new>

namespace qcow2 {

namespace {

constexpr int raw_with_32_kib_window = -15;

}  // namespace

void DeflateDecoder::Close::operator()(z_stream_s* stream) const {
  inflateEnd(stream);
  delete stream;
}

DeflateDecoder::DeflateDecoder() : stream_(new z_stream_s{}) {
  // [deflate-raw] [deflate-distance] "Matches may go back up to 32768 bytes, as far as there is output."
  if (inflateInit2(stream_.get(), raw_with_32_kib_window) != Z_OK) throw std::bad_alloc();
}

Result<std::size_t> DeflateDecoder::decode(std::span<const std::byte> extent, std::span<std::byte> cluster) {
  z_stream_s& stream = *stream_;
  inflateReset(&stream);
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<std::byte*>(extent.data()));
  stream.avail_in = static_cast<uInt>(extent.size());
  stream.next_out = reinterpret_cast<Bytef*>(cluster.data());
  stream.avail_out = static_cast<uInt>(cluster.size());
  const int status = inflate(&stream, Z_FINISH);  // [deflate-blocks] "Any sequence of blocks is good"
  if (status == Z_MEM_ERROR) throw std::bad_alloc();
  assert(status != Z_STREAM_ERROR && status != Z_NEED_DICT);

  // [stops-at-cluster] "Decoding stops when one cluster, cluster_size bytes, has been produced."
  // [deflate-over-long] [deflate-no-final] [deflate-after-final] [deflate-lookahead]
  if (stream.avail_out == 0) return extent.size() - stream.avail_in;

  const std::size_t given = cluster.size() - stream.avail_out;
  const auto progress = fmt::format("{} of {} bytes", given, cluster.size());
  // [deflate-invalid]
  if (status == Z_DATA_ERROR) {
    return refuse(rule::deflate_invalid, {}, fmt::format("after {}: {}", progress, stream.msg));
  }
  // [incomplete-refused] "A stream that ends before it has given a whole cluster is refused"
  if (status == Z_STREAM_END)
    return refuse(rule::incomplete_refused, {}, fmt::format("the stream ends after {}", progress));
  // [outside-extent] "A stream that needs them is refused (stage: decompress), even when they lie in the file"
  return refuse(rule::outside_extent, {},
                fmt::format("the extent of {1} bytes ends when the stream has given {0}", progress, extent.size()));
}

std::optional<std::size_t> DeflateDecoder::stream_length() {
  z_stream& stream = *stream_;
  std::byte surplus{};
  stream.next_out = reinterpret_cast<Bytef*>(&surplus);
  stream.avail_out = 1;
  const int status = inflate(&stream, Z_FINISH);
  if (status == Z_MEM_ERROR) throw std::bad_alloc();
  if (status != Z_STREAM_END || stream.avail_out == 0) return std::nullopt;
  return stream.total_in;
}

}  // namespace qcow2
