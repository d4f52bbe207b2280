// A raw disk, batch by batch: each of its clusters read, found to be zeros, or compressed, by several threads at once.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>

#include "format/byte_source.hpp"
#include "format/header.hpp"

namespace qcow2 {

/// One guest cluster on its way into an image.
struct PreparedCluster {
  enum class Form { zeros, stream, as_is };
  std::uint64_t guest_cluster = 0;
  Form form = Form::zeros;
  /// The stream, which is shorter than a cluster, or the cluster; empty for zeros.
  std::span<const std::byte> bytes{};
};

/// Calls `place` for the clusters of `raw` in guest order; those that lie in a hole may be left out. The last one is
/// filled up with zeros.
void compress_clusters(const ByteSource& raw, unsigned cluster_bits, CompressionType type, unsigned jobs,
                       const std::function<void(const PreparedCluster&)>& place);

}  // namespace qcow2
