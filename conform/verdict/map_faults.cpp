#include "verdict/map_faults.hpp"

#include <algorithm>
#include <set>

#include "verdict/comparison.hpp"

namespace conform {
namespace {

constexpr std::size_t piece_size = 256 * 1024;

/// The first byte of the part that is not zero, or the part's end.
Result<std::uint64_t> first_nonzero(const OpenFile& guest, Segment part) {
  std::vector<std::byte> buffer(piece_size);
  for (const auto& segment : guest.data(part.begin, part.end))
    for (std::uint64_t at = segment.begin; at < segment.end; at += piece_size) {
      const auto bytes = std::span(buffer).first(std::min<std::uint64_t>(piece_size, segment.end - at));
      if (auto read = guest.read_at(at, bytes); !read) return tl::unexpected(read.error());
      const auto found = std::find_if(bytes.begin(), bytes.end(), [](std::byte byte) { return byte != std::byte{0}; });
      if (found != bytes.end()) return at + static_cast<std::uint64_t>(found - bytes.begin());
    }
  return part.end;
}

/// Whether an entry of the image itself gives this part of the disk.
bool is_here(const GuestExtent& extent) { return extent.kind != "unallocated" && extent.kind != "backing"; }

/// Whether it gives it by bytes of the file.
bool is_data_here(const GuestExtent& extent) { return is_here(extent) && extent.kind != "zero"; }

/// A stream that cannot be decoded has its place all the same: what else is refused has none.
bool is_compressed(const GuestExtent& extent) { return extent.kind == "compressed" || extent.kind == "refused"; }

class Judge {
 public:
  Judge(const std::vector<MapExtent>& said, const OpenFile& guest, const GuestMap& map)
      : said_(said), guest_(guest), map_(map) {}

  Result<std::vector<std::string>> run() {
    if (!tiles()) return std::move(faults_);
    for (const auto& extent : said_)
      if (auto held = hold(extent); !held) return tl::unexpected(held.error());
    return std::move(faults_);
  }

 private:
  void broken(const char* clause, const std::string& what) {
    if (clauses_.insert(clause).second) faults_.push_back(fmt::format("[{}] {}", clause, what));
  }

  bool tiles() {
    std::uint64_t end = 0;
    for (const auto& extent : said_) {
      if (extent.part.begin != end)
        broken("map-tiles", fmt::format("an extent begins at guest {:#x}, but the one before it ends at {:#x}",
                                        extent.part.begin, end));
      else if (extent.part.begin == extent.part.end)
        broken("map-tiles", fmt::format("the extent at guest {:#x} is empty", end));
      end = extent.part.end;
    }
    if (end != map_.virtual_size)
      broken("map-tiles",
             fmt::format("the extents end at guest {:#x}, but the disk ends at {:#x}", end, map_.virtual_size));
    return faults_.empty();
  }

  /// Every part of the disk that the extent speaks of, by what it is.
  Result<void> hold(const MapExtent& extent) {
    if (extent.is_skipped())
      if (auto held = hold_to_zeros(extent.part); !held) return held;
    auto first = std::partition_point(map_.extents.begin(), map_.extents.end(),
                                      [&](const GuestExtent& one) { return one.end() <= extent.part.begin; });
    for (; first != map_.extents.end() && first->offset < extent.part.end; ++first) {
      const Segment part{std::max(first->offset, extent.part.begin), std::min(first->end(), extent.part.end)};
      hold_to_place(extent, *first, part);
      hold_to_host_offset(extent, *first, part);
      hold_to_compression(extent, *first, part);
    }
    return {};
  }

  Result<void> hold_to_zeros(Segment part) {
    if (clauses_.contains("map-zero")) return {};
    const auto found = first_nonzero(guest_, part);
    if (!found) return tl::unexpected(found.error());
    if (*found < part.end)
      broken("map-zero", fmt::format("guest {:#x} is called zero or no data, but has {}", *found,
                                     hex_at(guest_, *found, part.end)));
    return {};
  }

  void hold_to_place(const MapExtent& extent, const GuestExtent& is, Segment part) {
    if (extent.is_skipped() && is.kind == "refused")
      broken("map-zero", fmt::format("guest {:#x} is called zero or no data, but cannot be read", part.begin));
    if (extent.is_elsewhere() && is_here(is))
      broken("map-unallocated",
             fmt::format("guest {:#x} is called absent, or the backing file's, but is {} here", part.begin, is.kind));
    if (extent.hole.value_or(false) && is_data_here(is))
      broken("map-unallocated", fmt::format("guest {:#x} is called a hole, but is {}", part.begin, is.kind));
  }

  void hold_to_host_offset(const MapExtent& extent, const GuestExtent& is, Segment part) {
    if (!extent.offset || extent.depth != std::uint64_t{0} || extent.is_elsewhere() || extent.is_skipped()) return;
    const std::uint64_t said = *extent.offset + (part.begin - extent.part.begin);
    if (is.kind == "compressed" && extent.compressed.value_or(false)) return;
    if (is.kind != "standard") {
      broken("map-offset", fmt::format("guest {:#x} is called bytes of the file, from {:#x} on, but is {}", part.begin,
                                       said, is.kind));
      return;
    }
    const std::uint64_t stands = is.host_offset.value_or(0) + (part.begin - is.offset);
    if (said != stands)
      broken("map-offset", fmt::format("guest {:#x} is placed at {:#x}, but is at {:#x}", part.begin, said, stands));
  }

  void hold_to_compression(const MapExtent& extent, const GuestExtent& is, Segment part) {
    if (!extent.compressed || extent.is_elsewhere() || *extent.compressed == is_compressed(is)) return;
    if (is.kind == "backing") return;  // it may be compressed there
    broken("map-compressed", fmt::format("guest {:#x} is called {}compressed, but is {}", part.begin,
                                         *extent.compressed ? "" : "not ", is.kind));
  }

  const std::vector<MapExtent>& said_;
  const OpenFile& guest_;
  const GuestMap& map_;
  std::vector<std::string> faults_;
  std::set<std::string> clauses_;
};

}  // namespace

Result<std::vector<std::string>> faults_of_map(const std::vector<MapExtent>& said, const OpenFile& guest,
                                               const GuestMap& map) {
  return Judge(said, guest, map).run();
}

}  // namespace conform
