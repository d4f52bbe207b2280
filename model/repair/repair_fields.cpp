#include "repair/repair_fields.hpp"

#include <array>

#include "check/table_walk.hpp"
#include "format/big_endian.hpp"

namespace qcow2 {

namespace {

/// How many bytes the stream has, if it ends in this extent and gives one cluster.
Result<std::optional<std::size_t>> stream_length(const Image& image, const Descriptor& descriptor, Scratch& scratch) {
  std::vector<std::byte> cluster(image.header.cluster_size());
  return read_compressed_cluster(image, descriptor, {}, cluster, scratch).map([&](std::size_t) {
    return scratch.decompressor.stream_length(image.header.compression_type);
  });
}

/// Whether more bytes could mend it.
bool too_short(const Violation& violation) {
  return violation.rule == rule::outside_extent || violation.rule == rule::zstd_checksum_cut;
}

}  // namespace

std::optional<Descriptor> covering_stream(const Image& image, const Descriptor& descriptor, Scratch& scratch) {
  auto length = stream_length(image, descriptor, scratch);
  if (!length && too_short(length.error())) {
    const Descriptor largest{descriptor.host_offset, additional_sectors_max(image.header.cluster_bits)};
    length = stream_length(image, largest, scratch);
  }
  if (!length || !length->has_value()) return std::nullopt;
  return covering(descriptor.host_offset, **length);
}

Result<void> repair_size_fields(const Image& image, ByteSink& copy, RepairSummary& summary) {
  const auto snapshots = read_snapshot_table(image);
  if (!snapshots) return tl::unexpected(snapshots.error());
  const EntryFormat format = image.entry_format();
  Scratch scratch;
  for (const std::uint64_t table : l2_tables(image, l1_tables(image, *snapshots))) {
    const HostOffset end{table + image.header.cluster_size()};
    for_each_entry(*image.source, {table}, end, image.l2_entry_bits(), [&](HostOffset at, const L2Entry& entry) {
      if (kind(entry, format) != Kind::compressed) return;
      const Descriptor descriptor = decode_descriptor(entry.entry, format.cluster_bits);
      const auto wanted = covering_stream(image, descriptor, scratch);
      if (!wanted || *wanted == descriptor) return;
      const auto repaired = encode_descriptor(*wanted, format.cluster_bits);
      if (!repaired) return;  // bits above 55, which are refused later
      (wanted->additional_sectors < descriptor.additional_sectors ? summary.lowered : summary.raised) += 1;
      std::array<std::byte, 8> bytes{};
      store_big_endian(std::span(bytes), 0, *repaired | (entry.entry & copied_flag));
      copy.write_at(at, bytes);
    });
  }
  return {};
}

}  // namespace qcow2
