// One stream: byte 0 says the cluster size and the format, the rest is the extent.
#include "format/descriptor.hpp"
#include "read/decompress.hpp"
#include "support.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace qcow2;
  if (size == 0) return 0;
  const unsigned cluster_bits = cluster_bits_min + (data[0] & 0x7f) % 8;  // up to 64 KiB: larger ones are only slower
  const auto type = (data[0] & 0x80) != 0 ? CompressionType::zstd : CompressionType::deflate;
  const auto extent = fuzz::bytes(data + 1, size - 1);
  static Decompressor decompressor;
  std::vector<std::byte> cluster(std::size_t{1} << cluster_bits);
  std::vector<std::byte> again(cluster.size(), std::byte{0xa5});
  const auto used = decompressor.decompress(type, extent, cluster);
  if (!used) return 0;
  fuzz::require(*used <= extent.size(), "no more is taken up than there is");
  const auto length = decompressor.stream_length(type);
  fuzz::require(!length || *length <= extent.size(), "a stream that ends, ends in its extent");
  const auto needed = length ? extent.first(*length) : extent;
  fuzz::require(decompressor.decompress(type, needed, again).has_value(), "a stream needs nothing behind its end");
  fuzz::require(cluster == again, "the same stream gives the same cluster");
  const auto entry = encode_descriptor(covering({510}, needed.size() + 1), cluster_bits);
  fuzz::require(!entry || extent_end(decode_descriptor(*entry, cluster_bits)).value >= 510 + needed.size() + 1,
                "the least size field covers the stream");
  return 0;
}
