#include "files/map_text.hpp"

#include <fmt/format.h>

namespace qcow2 {

std::string map_text(const MapRow& row) {
  const GuestExtent& extent = row.extent;
  return fmt::format(R"({{"start":{},"length":{},"depth":{},"present":{},"zero":{},"data":{},"compressed":{}{}}})",
                     row.start, extent.length, extent.depth, extent.allocated, extent.zero,
                     extent.allocated && !extent.zero, extent.compressed,
                     extent.host_offset ? fmt::format(",\"offset\":{}", extent.host_offset->value) : "");
}

}  // namespace qcow2
