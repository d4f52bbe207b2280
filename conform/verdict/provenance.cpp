#include "verdict/provenance.hpp"

#include <algorithm>
#include <functional>
#include <optional>

namespace conform {
namespace {

constexpr std::uint64_t compared_length = 4 << 20;  // of the questionable bytes
constexpr std::uint64_t source_read = 256 << 20;    // of each source
constexpr std::size_t needle_length = 24;           // long enough not to be found by chance

std::vector<std::byte> bytes_of(const OpenFile& file, std::uint64_t begin, std::uint64_t end) {
  std::vector<std::byte> bytes(begin < end ? end - begin : 0);
  if (!file.read_at(begin, bytes)) bytes.clear();
  return bytes;
}

/// Where `needle` stands in the file's data outside of `own`.
std::optional<std::uint64_t> find(const OpenFile& file, std::span<const std::byte> needle, Segment own) {
  const std::boyer_moore_horspool_searcher searcher(needle.begin(), needle.end(), std::hash<std::byte>{});
  for (const auto& segment : file.data(0, std::min(file.size(), source_read))) {
    const auto bytes = bytes_of(file, segment.begin, segment.end);
    auto begin = bytes.begin();
    while (true) {
      const auto hit = std::search(begin, bytes.end(), searcher);
      if (hit == bytes.end()) break;
      const auto position = segment.begin + static_cast<std::uint64_t>(hit - bytes.begin());
      if (position < own.begin || position >= own.end) return position;
      begin = hit + 1;
    }
  }
  return std::nullopt;
}

const char* kind_of_source(std::size_t index, std::size_t count) {
  if (index == 0) return "another-cluster";
  return index + 1 == count ? "image-file" : "backing-file";
}

bool is_zero(std::byte byte) { return byte == std::byte{0}; }

}  // namespace

Provenance trace(const OpenFile& got, std::uint64_t got_offset, Segment part, const std::vector<Source>& sources) {
  const std::uint64_t begin = std::max(part.begin, got_offset) - got_offset;
  const std::uint64_t end = std::min({part.end - got_offset, got.size(), begin + compared_length});
  const auto bytes = bytes_of(got, begin, end);
  if (bytes.empty()) return {"none", "the output ends before it"};
  const auto first = std::find_if_not(bytes.begin(), bytes.end(), is_zero);
  if (first == bytes.end()) return {"zeros", fmt::format("{} bytes, all zero", bytes.size())};

  const auto zeros = static_cast<std::size_t>(std::find_if_not(bytes.rbegin(), bytes.rend(), is_zero) - bytes.rbegin());
  const std::string tail =
      zeros == 0 ? "" : fmt::format("; the last {} of the {} bytes are zeros", zeros, bytes.size());
  const std::span<const std::byte> needle(first, bytes.end());
  if (needle.size() >= needle_length)
    for (std::size_t i = 0; i < sources.size(); ++i) {
      const auto position = find(*sources[i].file, needle.first(needle_length), i == 0 ? part : Segment{0, 0});
      if (position)
        return {kind_of_source(i, sources.size()),
                fmt::format("as in {} at {:#x}{}", sources[i].name, *position, tail)};
    }
  return {"other", fmt::format("{} bytes of no known origin{}", bytes.size(), tail)};
}

}  // namespace conform
