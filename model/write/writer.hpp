// Writing: a raw disk into a new image, each cluster compressed where that makes it shorter.
//
// Zeros are left out, streams are packed, size fields are the least that cover their streams. Each table stands in
// front of what it is for, so that the file can end where the last stream does. Clusters are compressed in parallel and
// placed in guest order, so the file does not depend on how many threads there were.
#pragma once

#include <cstdint>

#include "format/byte_sink.hpp"
#include "format/byte_source.hpp"
#include "format/header.hpp"
#include "format/result.hpp"

namespace qcow2 {

struct WriteOptions {
  unsigned cluster_bits = 16;   ///< 9 to 21
  unsigned refcount_order = 4;  ///< 0 to 6
  CompressionType compression_type = CompressionType::deflate;
  unsigned jobs = 1;
};

/// Writes an image of `raw` and returns its length in bytes; it ends on a sector's border.
/// Refuses, with rule::l1_table, a disk too large for the cluster size.
Result<std::uint64_t> write_image(const ByteSource& raw, ByteSink& image, const WriteOptions& options);

}  // namespace qcow2
