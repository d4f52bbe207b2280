#include "read/map.hpp"

#include <optional>

namespace qcow2 {

namespace {

/// Whether `next`, which begins where `row` ends, tells of the same thing going on.
bool continues(const MapRow& row, const GuestExtent& next) {
  const GuestExtent& extent = row.extent;
  if (extent.host_offset.has_value() != next.host_offset.has_value()) return false;
  return extent.depth == next.depth && extent.allocated == next.allocated && extent.zero == next.zero &&  // [map-zero]
         extent.compressed == next.compressed &&
         // [map-offset] "is where these bytes stand in the file"
         (!extent.host_offset || *extent.host_offset + extent.length == *next.host_offset);
}

}  // namespace

Result<void> map_disk(const Reader& reader, const std::function<void(const MapRow&)>& emit) {
  Walk walk(reader.image());
  std::optional<MapRow> row;
  for (std::uint64_t at = 0; at < reader.size();) {
    const auto extent = reader.extent_at({at}, walk);
    if (!extent) return tl::unexpected(extent.error());
    if (row && continues(*row, *extent)) {
      row->extent.length += extent->length;
    } else {
      if (row) emit(*row);
      row = MapRow{at, *extent};
    }
    at += extent->length;
  }
  if (row) emit(*row);  // [map-tiles] "to its last"
  return {};
}

}  // namespace qcow2
