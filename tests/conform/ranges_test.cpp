// Which ranges are asked for at once: by the seed alone, within the disk, and so that what programs mix up meets.
#include "trial/ranges.hpp"

#include <algorithm>
#include <catch2/catch_test_macros.hpp>
#include <set>

namespace conform {
namespace {

constexpr std::uint64_t cluster = 65536;

GuestMap mixed_map() {
  return {3 * cluster + 1000,
          {{0, cluster, "compressed", 0x50000},
           {cluster, cluster, "refused", std::nullopt},
           {2 * cluster, cluster, "backing", std::nullopt},
           {3 * cluster, 1000, "compressed", 0x50123}},
          {}};
}

bool same(const std::vector<Segment>& a, const std::vector<Segment>& b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](const Segment& one, const Segment& other) {
    return one.begin == other.begin && one.end == other.end;
  });
}

bool touches(const Segment& range, std::uint64_t begin, std::uint64_t end) {
  return range.begin < end && begin < range.end;
}

}  // namespace

TEST_CASE("a seed always gives the same ranges, and another gives others") {
  const auto map = mixed_map();
  CHECK(same(ranges_that_meet(map, 7, 100), ranges_that_meet(map, 7, 100)));
  CHECK(!same(ranges_that_meet(map, 7, 100), ranges_that_meet(map, 8, 100)));
}

TEST_CASE("ranges have bytes, and end with the disk") {
  const auto map = mixed_map();
  const auto ranges = ranges_that_meet(map, 1, 500);
  REQUIRE(ranges.size() == 500);
  for (const auto& range : ranges) {
    CHECK(range.begin < range.end);
    CHECK(range.end <= map.virtual_size);
  }
}

TEST_CASE("good and broken, whole clusters, pieces of them and ranges over their borders are among the ranges") {
  const auto ranges = ranges_that_meet(mixed_map(), 1, 240);
  const auto some = [&](auto holds) { return std::any_of(ranges.begin(), ranges.end(), holds); };
  CHECK(some([](const Segment& range) { return range.begin == 0 && range.end == cluster; }));
  CHECK(some([](const Segment& range) { return range.end < cluster && range.end - range.begin < 512; }));
  CHECK(some([](const Segment& range) { return touches(range, 0, cluster) && touches(range, cluster, 2 * cluster); }));
  CHECK(some([](const Segment& range) { return touches(range, 2 * cluster, 3 * cluster); }));
  CHECK(some([](const Segment& range) { return touches(range, 3 * cluster, 3 * cluster + 1000); }));
}

TEST_CASE("of a disk with nothing on it nothing is asked") { CHECK(ranges_that_meet({0, {}, {}}, 1, 10).empty()); }

}  // namespace conform
