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

namespace {

/// The entry as it should be: its field the least that covers its stream, its bit 63 clear.
std::uint64_t repaired_entry(const Image& image, const L2Entry& entry, Scratch& scratch) {
  const unsigned cluster_bits = image.header.cluster_bits;
  const std::uint64_t cleared = entry.entry & ~copied_flag;
  const auto wanted = covering_stream(image, decode_descriptor(entry.entry, cluster_bits), scratch);
  // Nothing fits where host_offset has bits above 55; such an entry is refused later.
  return wanted ? encode_descriptor(*wanted, cluster_bits).value_or(cleared) : cleared;
}

void note(RepairSummary& summary, Where where, const Descriptor& was, const Descriptor& is) {
  if (was == is) return;
  (is.additional_sectors < was.additional_sectors ? summary.lowered : summary.raised) += 1;
  summary.note({.kind = Change::Kind::size_field,
                .where = where,
                .before = was.additional_sectors,
                .after = is.additional_sectors});
}

}  // namespace

Result<void> repair_size_fields(const Image& image, ByteSink& copy, RepairSummary& summary) {
  const unsigned cluster_bits = image.header.cluster_bits;
  Scratch scratch;
  return for_each_compressed(image, [&](const Where& where, const L2Entry& entry) {
    const std::uint64_t repaired = repaired_entry(image, entry, scratch);
    if (repaired == entry.entry) return;
    note(summary, where, decode_descriptor(entry.entry, cluster_bits), decode_descriptor(repaired, cluster_bits));
    if ((entry.entry & copied_flag) != 0) {
      summary.copied_flags += 1;
      summary.note({.kind = Change::Kind::bit_63, .where = where, .before = 1, .after = 0});
    }
    std::array<std::byte, 8> bytes{};
    store_big_endian(std::span(bytes), 0, repaired);
    copy.write_at({*where.host_offset}, bytes);
  });
}

Result<void> judge_growth(const Image& image) {
  const unsigned cluster_bits = image.header.cluster_bits;
  std::optional<Violation> broken;
  std::vector<std::byte> cluster(image.header.cluster_size());
  Scratch scratch;
  const auto walked = for_each_compressed(image, [&](const Where&, const L2Entry& entry) {
    if (broken) return;
    const Descriptor descriptor = decode_descriptor(entry.entry, cluster_bits);
    const Descriptor largest{descriptor.host_offset, additional_sectors_max(cluster_bits)};
    if (extent_end(largest).value <= image.source->size()) return;
    auto read = read_compressed_cluster(image, descriptor, {}, cluster, scratch);
    if (read) return;
    broken = std::move(read.error());
    broken->detail = "the file must not grow, since that might complete a broken stream: " + broken->detail;
  });
  if (!walked) return walked;
  if (broken) return tl::unexpected(std::move(*broken));
  return {};
}

}  // namespace qcow2
