// One compressed cluster of an image: the bytes of its extent fetched, and decoded into exactly one cluster.
//
// A thread that wants little of a cluster, again and again, decodes it once: its Scratch keeps the last one.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "format/byte_source.hpp"
#include "format/image.hpp"
#include "format/result.hpp"
#include "read/decompress.hpp"

namespace qcow2 {

/// The cluster of which a part was wanted last. It is known again by all that decoding depends on.
struct KeptCluster {
  const ByteSource* source = nullptr;
  Descriptor descriptor{};
  std::vector<std::byte> bytes;

  // [cache-whole-entry] "the file, host_offset and additional_sectors, not by host_offset or by its sector alone"
  bool is(const ByteSource* file, const Descriptor& wanted) const { return source == file && descriptor == wanted; }
};

/// What one thread needs to read: at most 2 * cluster_size for an extent, and one cluster of output.
/// It may not outlive the sources that were read with it.
struct Scratch {
  Decompressor decompressor;
  std::vector<std::byte> extent;
  KeptCluster kept;
};

/// Fills `cluster` with what the stream of `descriptor` gives. Returns how many bytes of the extent were taken up.
Result<std::size_t> read_compressed_cluster(const Image& image, const Descriptor& descriptor, const Where& where,
                                            std::span<std::byte> cluster, Scratch& scratch);

}  // namespace qcow2
