#include "read/compressed_cluster.hpp"

#include <fmt/format.h>

namespace qcow2 {

Result<std::size_t> read_compressed_cluster(const Image& image, const Descriptor& descriptor, const Where& where,
                                            std::span<std::byte> cluster, Scratch& scratch) {
  // [extent-whole] "A reader makes the whole extent available to its decoder" [buffer-per-cluster]
  scratch.extent.resize(available_bytes(descriptor));
  // [extent-past-end-of-file] "A reader takes the bytes that are there."
  const std::size_t got = image.source->read_at(descriptor.host_offset, scratch.extent);
  const auto extent = std::span<const std::byte>(scratch.extent).first(got);
  auto decoded = scratch.decompressor.decompress(image.header.compression_type, extent, cluster);
  if (decoded) return decoded;
  Violation violation = std::move(decoded.error());
  violation.where = where;
  violation.where.host_offset = descriptor.host_offset.value;
  // [missing-bytes] "A stream that needs bytes which the file does not have is refused"
  if (violation.rule == rule::outside_extent && got < scratch.extent.size()) {
    violation.rule = rule::missing_bytes;
    violation.detail = fmt::format("the file ends {} bytes before the extent does, and {}", scratch.extent.size() - got,
                                   violation.detail);
  }
  return tl::unexpected(std::move(violation));
}

}  // namespace qcow2
