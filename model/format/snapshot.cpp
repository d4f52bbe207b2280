#include "format/snapshot.hpp"

#include <fmt/format.h>

#include <array>
#include <span>
#include <utility>

#include "format/big_endian.hpp"
#include "format/header_fields.hpp"
#include "format/rounding.hpp"

namespace qcow2 {

namespace {

constexpr std::uint64_t entry_fixed_size = 40;

std::string load_text(const Image& image, HostOffset offset, std::uint64_t length) {
  std::string text(static_cast<std::size_t>(length), '\0');
  image.source->read_at(offset, std::as_writable_bytes(std::span(text)));
  return text;
}

/// Bytes 8 to 15 of the extra data are the size of the disk; bytes 0 to 7 are that of the machine state.
std::optional<std::uint64_t> load_virtual_size(const Image& image, HostOffset extra, std::uint64_t extra_size) {
  std::array<std::byte, 16> known{};
  if (extra_size < known.size()) return std::nullopt;
  image.source->read_at(extra, known);
  return load_big_endian<std::uint64_t>(known, 8);
}

/// The entry at `offset`, wholly in the file and no longer than `length_max`.
Result<Snapshot> read_entry(const Image& image, HostOffset offset, std::uint64_t length_max) {
  const auto broken = [&](std::string_view what) {
    return refuse(rule::snapshot_tables, {.host_offset = offset.value}, fmt::format("{} a snapshot's entry", what));
  };
  std::array<std::byte, entry_fixed_size> fixed{};
  if (!contains(*image.source, offset, fixed.size())) return broken("the file ends inside");
  image.source->read_at(offset, fixed);
  const std::uint64_t id_size = load_big_endian<std::uint16_t>(fixed, 12);
  const std::uint64_t name_size = load_big_endian<std::uint16_t>(fixed, 14);
  const std::uint64_t extra_size = load_big_endian<std::uint32_t>(fixed, 36);
  const std::uint64_t length = fixed.size() + extra_size + id_size + name_size;
  if (length > length_max) return broken("the snapshot table is longer than 64 MiB with");
  if (!contains(*image.source, offset, length)) return broken("the file ends inside");
  const HostOffset extra = offset + fixed.size();
  const HostOffset id = extra + extra_size;
  return Snapshot{.l1_table_offset = {load_big_endian<std::uint64_t>(fixed, 0)},
                  .l1_size = load_big_endian<std::uint32_t>(fixed, 8),
                  .id = load_text(image, id, id_size),
                  .name = load_text(image, id + id_size, name_size),
                  .virtual_size = load_virtual_size(image, extra, extra_size),
                  .entry = offset,
                  .entry_length = length};
}

}  // namespace

Result<SnapshotTable> read_snapshot_table(const Image& image) {
  SnapshotTable table;
  const HostOffset begin = image.header.snapshots_offset;
  if (begin.value % image.header.cluster_size() != 0) {  // without snapshots too
    return refuse(rule::snapshot_tables, {.host_offset = begin.value},
                  "the snapshot table is not aligned to a cluster");
  }
  // [resource-bounds]
  if (image.header.snapshot_count > snapshot_count_max) {
    return refuse(
        rule::snapshot_tables, {.host_offset = field::snapshot_count.at},
        fmt::format("nb_snapshots is {}; at most {} are allowed", image.header.snapshot_count, snapshot_count_max));
  }
  for (std::uint32_t number = 0; number < image.header.snapshot_count; ++number) {
    const std::uint64_t at = round_up(table.length, 8);  // nothing pads the last entry: the file may end before
    auto entry = read_entry(image, begin + at, snapshot_table_length_max - at);
    if (!entry) return tl::unexpected(std::move(entry.error()));
    table.length = at + entry->entry_length;
    table.snapshots.push_back(std::move(*entry));
  }
  return table;
}

Result<Image> open_snapshot(const Image& image, const Snapshot& snapshot) {
  Image as_it_was = image;
  // [snapshot-disk] "is read by the L1 table of its own entry in the snapshot table"
  as_it_was.header.l1_table_offset = snapshot.l1_table_offset;
  as_it_was.header.l1_size = snapshot.l1_size;
  // [snapshot-size] "the size that its own entry gives, and without one that of the active disk"
  as_it_was.header.virtual_size = snapshot.virtual_size.value_or(image.header.virtual_size);
  if (auto judged = judge_l1_table(as_it_was); !judged) return tl::unexpected(std::move(judged.error()));
  return as_it_was;
}

}  // namespace qcow2
