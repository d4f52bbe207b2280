#include "format/snapshot.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "format/big_endian.hpp"
#include "format/header_fields.hpp"
#include "format/rounding.hpp"

namespace qcow2 {

namespace {

/// Bytes of a snapshot's entry that the file has.
std::vector<std::byte> load(const Image& image, HostOffset offset, std::uint64_t length) {
  std::vector<std::byte> bytes(length);
  bytes.resize(image.source->read_at(offset, bytes));
  return bytes;
}

std::string load_text(const Image& image, HostOffset offset, std::uint64_t length) {
  const auto bytes = load(image, offset, length);
  std::string text(bytes.size(), '\0');
  std::ranges::transform(bytes, text.begin(), [](std::byte byte) { return static_cast<char>(byte); });
  return text;
}

}  // namespace

Result<SnapshotTable> read_snapshot_table(const Image& image) {
  SnapshotTable table;
  const HostOffset begin = image.header.snapshots_offset;
  if (begin.value % image.header.cluster_size() != 0) {  // without snapshots too
    return refuse(rule::snapshot_tables, {.host_offset = begin.value},
                  "the snapshot table is not aligned to a cluster");
  }
  if (image.header.snapshot_count > snapshot_count_max) {
    return refuse(rule::snapshot_tables, {.host_offset = field::snapshot_count.at},
                  fmt::format("{} snapshots are more than {}", image.header.snapshot_count, snapshot_count_max));
  }
  for (std::uint32_t number = 0; number < image.header.snapshot_count; ++number) {
    std::array<std::byte, 40> fixed{};
    const HostOffset at = begin + table.length;
    if (image.source->read_at(at, fixed) < fixed.size()) {
      return refuse(rule::snapshot_tables, {.host_offset = at.value},
                    fmt::format("the file ends before snapshot {} of {}", number, image.header.snapshot_count));
    }
    const std::uint64_t id_size = load_big_endian<std::uint16_t>(fixed, 12);
    const std::uint64_t name_size = load_big_endian<std::uint16_t>(fixed, 14);
    const std::uint64_t extra_size = load_big_endian<std::uint32_t>(fixed, 36);
    const HostOffset extra = at + fixed.size();
    const HostOffset id = extra + extra_size;
    Snapshot snapshot{{load_big_endian<std::uint64_t>(fixed, 0)},
                      load_big_endian<std::uint32_t>(fixed, 8),
                      load_text(image, id, id_size),
                      load_text(image, id + id_size, name_size),
                      {}};
    // Bytes 0-7 of the extra data are the size of the machine state, bytes 8-15 that of the disk.
    if (const auto known = load(image, extra, 16); extra_size >= 16 && known.size() == 16) {
      snapshot.virtual_size = load_big_endian<std::uint64_t>(known, 8);
    }
    table.snapshots.push_back(std::move(snapshot));
    table.length += round_up(fixed.size() + extra_size + id_size + name_size, 8);
  }
  return table;
}

Result<Image> open_snapshot(const Image& image, const Snapshot& snapshot) {
  Image as_it_was = image;
  as_it_was.header.l1_table_offset = snapshot.l1_table_offset;
  as_it_was.header.l1_size = snapshot.l1_size;
  as_it_was.header.virtual_size = snapshot.virtual_size.value_or(image.header.virtual_size);
  if (auto judged = judge_l1_table(as_it_was); !judged) return tl::unexpected(std::move(judged.error()));
  return as_it_was;
}

}  // namespace qcow2
