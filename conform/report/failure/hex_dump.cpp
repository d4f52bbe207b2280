#include "report/failure/hex_dump.hpp"

#include <algorithm>
#include <set>

namespace conform::report {
namespace {

constexpr std::size_t row_length = 16;

std::string row(const Piece& piece, std::size_t begin) {
  std::string hex, text;
  for (std::size_t i = begin; i < begin + row_length; ++i) {
    if (i >= piece.bytes.size()) {
      hex += "   ";
      continue;
    }
    const auto byte = std::to_integer<unsigned char>(piece.bytes[i]);
    hex += fmt::format("{:02x} ", byte);
    text += byte >= 0x20 && byte < 0x7f ? static_cast<char>(byte) : '.';
  }
  return fmt::format("  {:#012x}  {} {:<16}", piece.start + begin, hex, text);
}

/// What is seen in a row for the first time in its piece.
std::string labels(const Region& region, const Piece& piece, std::size_t begin, std::set<const Mark*>& seen) {
  std::string text;
  for (std::size_t i = begin; i < std::min(begin + row_length, piece.bytes.size()); ++i) {
    const std::uint64_t offset = piece.start + i;
    const Mark* mark = mark_of(region, offset);
    if (mark && seen.insert(mark).second)
      text += fmt::format("{}{}{}", text.empty() ? "" : " | ", mark->start < offset ? "… " : "", mark->label);
  }
  return text;
}

}  // namespace

std::string hex_dump(const std::vector<Region>& regions) {
  std::string text;
  for (const auto& region : regions) {
    text += region.title + (region.note.empty() ? "" : ": " + region.note) + "\n";
    for (std::size_t i = 0; i < region.pieces.size(); ++i) {
      const Piece& piece = region.pieces[i];
      if (i > 0) text += "  …\n";
      std::set<const Mark*> seen;
      for (std::size_t begin = 0; begin < piece.bytes.size(); begin += row_length) {
        const auto label = labels(region, piece, begin, seen);
        text += row(piece, begin) + (label.empty() ? "" : "  " + label) + "\n";
      }
    }
  }
  return text;
}

}  // namespace conform::report
