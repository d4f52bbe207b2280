// The bytes of an image that decide about one guest cluster, with their meaning: header, table entries, descriptor,
// stream.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/open_file.hpp"
#include "corpus/layout.hpp"

namespace conform::report {

/// What a byte is to the guest cluster in question.
enum class Role {
  header,
  table,       // an L1 entry
  descriptor,  // an L2 entry
  stream,      // what a decoder takes up for the cluster
  behind,      // of the stream's bytes, those after the end of the cluster
  extent,      // in the extent, but no part of the stream
  other,       // something else's
};
std::string_view name(Role role);

struct Mark {
  std::uint64_t start = 0;
  std::uint64_t end = 0;
  Role role = Role::other;
  std::string label;
};

/// Bytes that stand together in the file.
struct Piece {
  std::uint64_t start = 0;
  std::vector<std::byte> bytes;
  std::uint64_t end() const { return start + bytes.size(); }
};

struct Region {
  std::string title;
  std::string note;  // what the bytes do not show, as that the file ends
  std::vector<Piece> pieces;
  std::vector<Mark> marks;  // where two overlap, the first counts
};

/// What the byte at `offset` is: its first mark, or nothing.
const Mark* mark_of(const Region& region, std::uint64_t offset);

/// The way to one guest cluster through the image. Without an entry (a null pointer) the header alone.
Result<std::vector<Region>> annotate(const OpenFile& image, const Layout& layout, const LayoutEntry* entry);

/// The L2 entry as it stands in the file.
Result<std::uint64_t> l2_entry_value(const OpenFile& image, const LayoutEntry& entry);

}  // namespace conform::report
