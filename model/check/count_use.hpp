// What uses the host clusters of an image, counted: everything that refers to one but the refcount structures.
#pragma once

#include <cstdint>

#include "check/check_streams.hpp"
#include "check/findings.hpp"
#include "check/host_use.hpp"
#include "format/image.hpp"

namespace qcow2 {

struct GuestClusters {
  std::uint64_t compressed = 0;
  std::uint64_t allocated = 0;
  std::uint64_t past_end = 0;  ///< standard ones that the file does not hold wholly
};

/// Counts what uses the host clusters, all but the refcount table and its blocks: the header, L1 and L2 tables, the
/// active ones and those of snapshots, what they name, and bitmaps. `streams` may be null.
GuestClusters count_use(const Image& image, StreamChecker* streams, HostUse& use, Findings& findings);

/// How many host clusters the file has, the last one whole or not.
std::uint64_t file_clusters(const Image& image);

}  // namespace qcow2
