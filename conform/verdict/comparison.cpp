#include "verdict/comparison.hpp"

#include <algorithm>
#include <cstring>
#include <span>
#include <vector>

#include "base/zeros.hpp"

namespace conform {
namespace {

constexpr std::uint64_t shown = 16;

/// All of them over [0, length), joined where they overlap; those of the guest disk begin at `offset`.
std::vector<Segment> data_of_either(const std::vector<Segment>& of_guest, std::uint64_t offset,
                                    const std::vector<Segment>& of_got) {
  std::vector<Segment> all = of_got;
  for (const auto& segment : of_guest) all.push_back({segment.begin - offset, segment.end - offset});
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

/// A part of `got`, which of the two have data in it, and what besides the guest disk's bytes is right in it.
struct Part {
  Segment segment;
  bool expected = false;
  bool given = false;
  bool open = false;
  bool torn = false;
};

/// The parts cut at the borders of `where`, which ascends, and marked inside it.
std::vector<Part> cut(const std::vector<Part>& parts, const std::vector<Segment>& where, std::uint64_t offset,
                      bool Part::* mark) {
  std::vector<Part> all;
  for (Part part : parts) {
    auto& segment = part.segment;
    auto one_it = std::partition_point(where.begin(), where.end(),
                                       [&](const Segment& one) { return one.end <= segment.begin + offset; });
    for (; one_it != where.end() && one_it->begin < segment.end + offset; ++one_it) {
      const auto& one = *one_it;
      const std::uint64_t begin = std::clamp(one.begin < offset ? 0 : one.begin - offset, segment.begin, segment.end);
      const std::uint64_t end = std::clamp(one.end < offset ? 0 : one.end - offset, begin, segment.end);
      if (begin == end) continue;
      Part before = part;
      before.segment.end = begin;
      if (segment.begin < begin) all.push_back(before);
      Part marked = part;
      marked.segment = {begin, end};
      marked.*mark = true;
      all.push_back(marked);
      segment.begin = end;
    }
    if (segment.begin < segment.end) all.push_back(part);
  }
  return all;
}

std::vector<Part> parts_of(const OpenFile& guest, std::uint64_t offset, std::uint64_t length, const OpenFile& got,
                           const Leeway& leeway) {
  const auto expected = guest.data(offset, offset + length);
  const auto given = got.data(0, length);
  std::vector<Part> parts;
  for (const auto& segment : data_of_either(expected, offset, given)) parts.push_back({segment});
  parts = cut(parts, expected, offset, &Part::expected);
  parts = cut(parts, given, 0, &Part::given);
  parts = cut(parts, leeway.open, offset, &Part::open);
  return leeway.older ? cut(parts, leeway.torn, offset, &Part::torn) : parts;
}

/// A block of memory, made when it is first wanted, and the part of a file that was read into it last.
class Block {
 public:
  /// `length` bytes at `offset`; a hole is zeros, and is not read.
  Result<std::span<const std::byte>> read(const OpenFile& file, std::uint64_t offset, std::uint64_t length,
                                          bool is_hole) {
    if (is_hole) return std::span(zero_bytes).first(length);
    if (bytes_.empty()) bytes_.resize(buffer_size);
    const auto part = std::span(bytes_).first(length);
    if (auto read = file.read_at(offset, part); !read) return tl::unexpected(read.error());
    return part;
  }

 private:
  std::vector<std::byte> bytes_;
};

class Comparer {
 public:
  Comparer(const OpenFile& guest, std::uint64_t offset, const OpenFile& got, const OpenFile* older)
      : guest_(guest), offset_(offset), got_(got), older_(older) {}

  /// The first offset of the part at which they differ, or the part's end.
  Result<std::uint64_t> differs_in(const Part& part) {
    const Segment segment = part.segment;
    for (std::uint64_t position = segment.begin; position < segment.end; position += buffer_size) {
      const std::uint64_t length = std::min<std::uint64_t>(buffer_size, segment.end - position);
      const auto left = expected_.read(guest_, offset_ + position, length, !part.expected);
      if (!left) return tl::unexpected(left.error());
      const auto right = given_.read(got_, position, length, !part.given);
      if (!right) return tl::unexpected(right.error());
      if (std::memcmp(left->data(), right->data(), length) == 0) continue;
      const auto old = part.torn ? old_.read(*older_, offset_ + position, length, false) : *left;
      if (!old) return tl::unexpected(old.error());
      for (std::uint64_t i = 0; i < length; ++i) {
        const std::byte byte = (*right)[i];
        const bool right_too = (part.open && byte == std::byte{0}) || (part.torn && byte == (*old)[i]);
        if ((*left)[i] != byte && !right_too) return position + i;
      }
    }
    return segment.end;
  }

 private:
  const OpenFile& guest_;
  std::uint64_t offset_;
  const OpenFile& got_;
  const OpenFile* older_;
  Block expected_, given_, old_;
};

}  // namespace

std::string hex_at(const OpenFile& file, std::uint64_t position, std::uint64_t end) {
  std::vector<std::byte> bytes(position < end ? std::min(shown, end - position) : 0);
  std::string text;
  if (!file.read_at(position, bytes)) return text;
  for (std::byte byte : bytes) text += fmt::format("{:02x}", static_cast<unsigned>(byte));
  return text;
}

Result<std::optional<FirstDiff>> first_difference(const OpenFile& guest, std::uint64_t offset, std::uint64_t length,
                                                  const OpenFile& got, const Leeway& leeway) {
  const std::uint64_t common = std::min(length, got.size());
  std::optional<std::uint64_t> position;
  Comparer comparer(guest, offset, got, leeway.older);
  for (const auto& part : parts_of(guest, offset, common, got, leeway)) {
    const auto differs = comparer.differs_in(part);
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
