#include "trial/ranges.hpp"

#include <algorithm>
#include <random>

namespace conform {
namespace {

constexpr std::size_t burst = 12;
constexpr std::size_t extents_max = 64;
constexpr std::uint64_t length_max = 64 << 10;  // what a server gives in one piece
constexpr std::uint64_t small_max = 4096;

class Ranges {
 public:
  Ranges(const GuestMap& map, std::uint64_t seed) : end_(map.virtual_size), dice_(seed) {
    for (const auto& extent : map.extents)
      if (extent.length > 0) pool_.push_back(extent);
    thin_out();
    by_host_ = pool_;
    std::stable_sort(by_host_.begin(), by_host_.end(), [](const GuestExtent& a, const GuestExtent& b) {
      return a.host_offset.value_or(UINT64_MAX) < b.host_offset.value_or(UINT64_MAX);
    });
  }

  std::vector<Segment> choose(std::size_t count) {
    while (ranges_.size() < count && !pool_.empty()) {
      switch (below(5)) {
        case 0: pieces_of_one(); break;
        case 1: neighbours(by_host_, 3); break;
        case 2: neighbours(pool_, 2); break;
        case 3: different_kinds(); break;
        default: anything(); break;
      }
    }
    ranges_.resize(std::min(ranges_.size(), count));
    return std::move(ranges_);
  }

 private:
  std::uint64_t below(std::uint64_t bound) { return dice_() % bound; }

  /// Some neighbours of each other out of many.
  void thin_out() {
    if (pool_.size() <= extents_max) return;
    const auto first = static_cast<std::ptrdiff_t>(below(pool_.size() - extents_max + 1));
    pool_ = {pool_.begin() + first, pool_.begin() + first + static_cast<std::ptrdiff_t>(extents_max)};
  }

  /// The whole extent, as far as that is not too much, or a part: whole sectors, or any bytes.
  void add_piece(const GuestExtent& extent) {
    const auto how = below(3);
    const auto whole = std::min(extent.length, length_max);
    auto length = how == 0 ? whole : std::min(whole, 1 + below(small_max));
    auto begin = extent.offset + below(extent.length - length + 1);
    if (how == 1) {
      begin = begin / 512 * 512;
      length = (length + 511) / 512 * 512;
    }
    add(begin, begin + length);
  }

  void add(std::uint64_t begin, std::uint64_t end) {
    end = std::min(end, end_);
    if (begin < end) ranges_.push_back({begin, end});
  }

  void pieces_of_one() {
    const auto& extent = pool_[below(pool_.size())];
    for (std::size_t i = 0; i < burst; ++i) add_piece(extent);
  }

  void neighbours(const std::vector<GuestExtent>& extents, std::size_t count) {
    const auto first = below(extents.size());
    for (std::size_t i = 0; i < burst; ++i) {
      const auto& extent = extents[(first + below(count)) % extents.size()];
      add_piece(extent);
      const auto before = std::min(extent.length, 1 + below(small_max));
      if (i % 4 == 3) add(extent.end() - before, extent.end() + 1 + below(small_max));  // over the border
    }
  }

  void different_kinds() {
    const auto& one = pool_[below(pool_.size())];
    std::vector<const GuestExtent*> others;
    for (const auto& extent : pool_)
      if (extent.kind != one.kind) others.push_back(&extent);
    if (others.empty()) return anything();
    for (std::size_t i = 0; i < burst; ++i) add_piece(i % 2 == 0 ? one : *others[below(others.size())]);
  }

  void anything() {
    for (std::size_t i = 0; i < burst; ++i) add_piece(pool_[below(pool_.size())]);
  }

  std::uint64_t end_;
  std::mt19937_64 dice_;
  std::vector<GuestExtent> pool_;
  std::vector<GuestExtent> by_host_;
  std::vector<Segment> ranges_;
};

}  // namespace

std::vector<Segment> ranges_that_meet(const GuestMap& map, std::uint64_t seed, std::size_t count) {
  return Ranges(map, seed).choose(count);
}

}  // namespace conform
