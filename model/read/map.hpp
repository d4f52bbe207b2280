// The guest's disk as stretches that come about alike.
#pragma once

#include <functional>

#include "format/result.hpp"
#include "read/reader.hpp"

namespace qcow2 {

struct MapRow {
  std::uint64_t start;
  GuestExtent extent;
};

/// Calls `emit` with each stretch of the disk, in order, neighbours that are alike merged. No stream is decoded.
Result<void> map_disk(const Reader& reader, const std::function<void(const MapRow&)>& emit);

}  // namespace qcow2
