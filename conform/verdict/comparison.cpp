#include "verdict/comparison.hpp"

#include <algorithm>
#include <vector>

namespace conform {
namespace {

constexpr std::uint64_t buffer_size = 256 * 1024;
constexpr std::uint64_t shown = 16;

/// The data of both files over [0, length) of `got`, joined where it overlaps.
std::vector<Segment> data_of_either(const OpenFile& guest, std::uint64_t offset, std::uint64_t length,
                                    const OpenFile& got) {
  std::vector<Segment> all = got.data(0, length);
  for (const auto& segment : guest.data(offset, offset + length))
    all.push_back({segment.begin - offset, segment.end - offset});
  std::sort(all.begin(), all.end(), [](const Segment& a, const Segment& b) { return a.begin < b.begin; });
  std::vector<Segment> joined;
  for (const auto& segment : all) {
    if (!joined.empty() && segment.begin <= joined.back().end)
      joined.back().end = std::max(joined.back().end, segment.end);
    else
      joined.push_back(segment);
  }
  return joined;
}

/// A part of `got` in which zeros are right whatever the guest disk has, or in which they are not.
struct Part {
  Segment segment;
  bool open;
};

/// The segments cut at the borders of what is open; both ascend.
std::vector<Part> cut(const std::vector<Segment>& segments, const std::vector<Segment>& open, std::uint64_t offset) {
  std::vector<Part> parts;
  for (Segment segment : segments) {
    for (const auto& one : open) {
      const std::uint64_t begin = std::clamp(one.begin < offset ? 0 : one.begin - offset, segment.begin, segment.end);
      const std::uint64_t end = std::clamp(one.end < offset ? 0 : one.end - offset, begin, segment.end);
      if (begin == end) continue;
      if (segment.begin < begin) parts.push_back({{segment.begin, begin}, false});
      parts.push_back({{begin, end}, true});
      segment.begin = end;
    }
    if (segment.begin < segment.end) parts.push_back({segment, false});
  }
  return parts;
}

/// The first offset of the part at which they differ, or the part's end.
Result<std::uint64_t> differs_in(Part part, const OpenFile& guest, std::uint64_t offset, const OpenFile& got) {
  const Segment segment = part.segment;
  const auto agree = [&](std::byte expected, std::byte given) {
    return expected == given || (part.open && given == std::byte{0});
  };
  std::vector<std::byte> left(std::min(buffer_size, segment.end - segment.begin));
  std::vector<std::byte> right(left.size());
  for (std::uint64_t position = segment.begin; position < segment.end; position += buffer_size) {
    const std::uint64_t count = std::min(buffer_size, segment.end - position);
    const auto expected = std::span(left).first(count);
    const auto given = std::span(right).first(count);
    if (auto read = guest.read_at(offset + position, expected); !read) return tl::unexpected(read.error());
    if (auto read = got.read_at(position, given); !read) return tl::unexpected(read.error());
    const auto [differs, ignored] = std::mismatch(expected.begin(), expected.end(), given.begin(), agree);
    if (differs != expected.end()) return position + static_cast<std::uint64_t>(differs - expected.begin());
  }
  return segment.end;
}

}  // namespace

std::string hex_at(const OpenFile& file, std::uint64_t position, std::uint64_t end) {
  std::vector<std::byte> bytes(position < end ? std::min(shown, end - position) : 0);
  std::string text;
  if (!file.read_at(position, bytes)) return text;
  for (std::byte byte : bytes) text += fmt::format("{:02x}", static_cast<unsigned>(byte));
  return text;
}

Result<std::optional<FirstDiff>> first_difference(const OpenFile& guest, std::uint64_t offset, std::uint64_t length,
                                                  const OpenFile& got, const std::vector<Segment>& open) {
  const std::uint64_t common = std::min(length, got.size());
  std::optional<std::uint64_t> position;
  for (const auto& part : cut(data_of_either(guest, offset, common, got), open, offset)) {
    const auto differs = differs_in(part, guest, offset, got);
    if (!differs) return tl::unexpected(differs.error());
    if (*differs == part.segment.end) continue;
    position = *differs;
    break;
  }
  if (!position && got.size() != length) position = common;
  if (!position) return std::nullopt;
  return FirstDiff{offset + *position, hex_at(guest, offset + *position, offset + length),
                   hex_at(got, *position, got.size())};
}

}  // namespace conform
