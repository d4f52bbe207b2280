#include "snapshot.hpp"

#include <fmt/format.h>

#include <array>

#include "big_endian.hpp"

namespace qcow2 {

Result<SnapshotTable> read_snapshot_table(const Image& image) {
  SnapshotTable table;
  const HostOffset begin = image.header.snapshots_offset;
  if (image.header.snapshot_count == 0) return table;
  if (begin.value % image.header.cluster_size() != 0) {
    return refuse(rule::snapshot_tables, {.host_offset = begin.value},
                  "the snapshot table is not aligned to a cluster");
  }
  for (std::uint32_t number = 0; number < image.header.snapshot_count; ++number) {
    std::array<std::byte, 40> fixed{};
    const HostOffset at = begin + table.length;
    if (image.source->read_at(at, fixed) < fixed.size()) {
      return refuse(rule::snapshot_tables, {.host_offset = at.value},
                    fmt::format("the file ends before snapshot {} of {}", number, image.header.snapshot_count));
    }
    table.snapshots.push_back({{load_big_endian<std::uint64_t>(fixed, 0)}, load_big_endian<std::uint32_t>(fixed, 8)});
    const std::uint64_t id_size = load_big_endian<std::uint16_t>(fixed, 12);
    const std::uint64_t name_size = load_big_endian<std::uint16_t>(fixed, 14);
    const std::uint64_t extra_size = load_big_endian<std::uint32_t>(fixed, 36);
    table.length += (fixed.size() + extra_size + id_size + name_size + 7) / 8 * 8;
  }
  return table;
}

}  // namespace qcow2
