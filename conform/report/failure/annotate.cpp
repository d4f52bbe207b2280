#include "report/failure/annotate.hpp"

#include <algorithm>

namespace conform::report {
namespace {

constexpr std::uint64_t header_shown_max = 256;
constexpr std::uint64_t head_shown = 64;  // of a stream
constexpr std::uint64_t edge_shown = 16;  // before and behind an end

Result<Piece> piece(const OpenFile& image, std::uint64_t start, std::uint64_t end) {
  end = std::min(end, image.size());
  Piece read{start, std::vector<std::byte>(end > start ? end - start : 0)};
  if (auto done = image.read_at(start, read.bytes); !done) return tl::unexpected(done.error());
  return read;
}

std::uint64_t big_endian(std::span<const std::byte> bytes) {
  std::uint64_t value = 0;
  for (std::byte byte : bytes) value = value << 8 | std::to_integer<std::uint64_t>(byte);
  return value;
}

std::string field_value(const HeaderField& field, std::uint64_t value) {
  const bool is_count = field.name.find("bits") != std::string::npos || value < 10;
  return is_count ? fmt::format("{} {}", field.name, value) : fmt::format("{} {:#x}", field.name, value);
}

Result<Region> header_region(const OpenFile& image, const Layout& layout) {
  auto bytes = piece(image, 0, header_shown_max);
  if (!bytes) return tl::unexpected(bytes.error());
  Region region{"header", "", {}, {}};
  std::uint64_t fixed_end = 0;
  for (const auto& field : layout.header) {
    const std::uint64_t end = field.offset + field.length;
    if (end > bytes->bytes.size()) break;
    const auto value = big_endian(std::span(bytes->bytes).subspan(field.offset, field.length));
    region.marks.push_back({field.offset, end, Role::header, field_value(field, value)});
    fixed_end = end;
  }
  while (bytes->bytes.size() > fixed_end && bytes->bytes.back() == std::byte{0}) bytes->bytes.pop_back();
  if (bytes->end() > fixed_end)
    region.marks.push_back(
        {fixed_end, bytes->end(), Role::other, "padding, header extensions, name of a backing file"});
  region.pieces.push_back(std::move(*bytes));
  return region;
}

Result<Region> entry_region(const OpenFile& image, const std::string& title, std::uint64_t offset, std::uint64_t length,
                            Role role) {
  auto bytes = piece(image, offset, offset + length);
  if (!bytes) return tl::unexpected(bytes.error());
  Region region{title, "", {}, {}};
  if (bytes->bytes.size() < length) region.note = fmt::format("the file ends at {:#x}", image.size());
  const auto value = std::span(bytes->bytes).first(std::min<std::size_t>(bytes->bytes.size(), 8));
  region.marks.push_back({offset, offset + value.size(), role, fmt::format("{:#018x}", big_endian(value))});
  if (length > 8 && bytes->bytes.size() == length)
    region.marks.push_back({offset + 8, offset + length, role, "subcluster bitmap"});
  region.pieces.push_back(std::move(*bytes));
  return region;
}

/// Some bytes around each point of interest, joined where they meet.
std::vector<Segment> windows(std::vector<Segment> wanted) {
  std::sort(wanted.begin(), wanted.end(), [](const Segment& a, const Segment& b) { return a.begin < b.begin; });
  std::vector<Segment> joined;
  for (const auto& one : wanted) {
    if (one.begin >= one.end) continue;
    if (!joined.empty() && one.begin <= joined.back().end + edge_shown)
      joined.back().end = std::max(joined.back().end, one.end);
    else
      joined.push_back(one);
  }
  return joined;
}

Segment around(std::uint64_t offset, const Segment& bounds) {
  return {std::max(bounds.begin, offset < edge_shown ? 0 : offset - edge_shown),
          std::min(bounds.end, offset + edge_shown)};
}

void mark_stream(Region& region, const StreamPlace& stream, const Segment& extent) {
  const auto clip = [&](std::uint64_t offset) { return std::clamp(offset, extent.begin, extent.end); };
  const std::uint64_t end = stream.start + stream.length;
  const std::uint64_t complete = stream.start + stream.needed.value_or(stream.length);
  const auto label = stream.needed ? fmt::format("{} bytes that give one cluster", *stream.needed)
                                   : fmt::format("the stream, {} bytes that do not give a cluster", stream.length);
  region.marks.push_back({clip(stream.start), clip(complete), Role::stream, label});
  region.marks.push_back({clip(complete), clip(end), Role::behind, "the stream goes on after the end of the cluster"});
}

void mark_others(Region& region, const Layout& layout, const Segment& shown, std::uint64_t own) {
  for (const auto& place : layout.places)
    if (place.start != own && place.end > shown.begin && place.start < shown.end)
      region.marks.push_back({place.start, place.end, Role::other, place.name});
}

Result<Region> stream_region(const OpenFile& image, const Layout& layout, const LayoutEntry& entry) {
  const std::uint64_t begin = *entry.host_offset;
  const Segment extent{begin, begin + entry.descriptor->available_bytes};
  const Segment file{0, image.size()};
  Region region{fmt::format("extent of {} bytes", entry.descriptor->available_bytes), "", {}, {}};
  std::vector<Segment> wanted{{begin, std::min({begin + head_shown, extent.end, file.end})}, around(extent.end, file)};
  if (entry.stream) {
    mark_stream(region, *entry.stream, extent);
    const std::uint64_t end = entry.stream->start + entry.stream->length;
    wanted.push_back(around(end, file));
    wanted.push_back(around(entry.stream->start + entry.stream->needed.value_or(entry.stream->length), file));
  }
  if (extent.end > image.size())
    region.note = fmt::format("the file ends at {:#x}; {} bytes of the extent are not there", image.size(),
                              extent.end - std::max(extent.begin, image.size()));
  for (const auto& window : windows(std::move(wanted))) {
    auto bytes = piece(image, window.begin, window.end);
    if (!bytes) return tl::unexpected(bytes.error());
    region.pieces.push_back(std::move(*bytes));
  }
  mark_others(region, layout, {begin, extent.end + edge_shown}, entry.stream ? entry.stream->start : begin);
  region.marks.push_back({extent.begin, extent.end, Role::extent, "in the extent, but not part of the stream"});
  std::erase_if(region.marks, [](const Mark& mark) { return mark.start >= mark.end; });
  return region;
}

Result<Region> data_region(const OpenFile& image, const LayoutEntry& entry) {
  auto bytes = piece(image, *entry.host_offset, *entry.host_offset + head_shown);
  if (!bytes) return tl::unexpected(bytes.error());
  return Region{entry.kind + " cluster", "", {*bytes}, {{bytes->start, bytes->end(), Role::stream, "its first bytes"}}};
}

}  // namespace

std::string_view name(Role role) {
  switch (role) {
    case Role::header: return "header";
    case Role::table: return "table";
    case Role::descriptor: return "descriptor";
    case Role::stream: return "stream";
    case Role::behind: return "behind";
    case Role::extent: return "extent";
    case Role::other: return "other";
  }
  return "?";
}

const Mark* mark_of(const Region& region, std::uint64_t offset) {
  const auto found = std::find_if(region.marks.begin(), region.marks.end(),
                                  [&](const Mark& mark) { return mark.start <= offset && offset < mark.end; });
  return found == region.marks.end() ? nullptr : &*found;
}

Result<std::uint64_t> l2_entry_value(const OpenFile& image, const LayoutEntry& entry) {
  std::array<std::byte, 8> bytes{};
  if (auto done = image.read_at(entry.l2_entry_at, bytes); !done) return tl::unexpected(done.error());
  return big_endian(bytes);
}

Result<std::vector<Region>> annotate(const OpenFile& image, const Layout& layout, const LayoutEntry* entry) {
  std::vector<Result<Region>> found{header_region(image, layout)};
  if (entry) {
    found.push_back(entry_region(image, "L1 entry", entry->l1_entry_at, 8, Role::table));
    found.push_back(entry_region(image, fmt::format("L2 entry of guest_offset {:#x}", entry->guest_offset),
                                 entry->l2_entry_at, entry->l2_entry_length, Role::descriptor));
    if (entry->descriptor)
      found.push_back(stream_region(image, layout, *entry));
    else if (entry->host_offset)
      found.push_back(data_region(image, *entry));
  }
  std::vector<Region> regions;
  for (auto& region : found) {
    if (!region) return tl::unexpected(region.error());
    regions.push_back(std::move(*region));
  }
  return regions;
}

}  // namespace conform::report
