// What a checker names: how its places are found in what it prints, and held against where a case has its faults.
#include "verdict/named_faults.hpp"

#include <catch2/catch_test_macros.hpp>

#include "implementation/named_places.hpp"

namespace conform {
namespace {

using Offsets = std::vector<std::uint64_t>;

/// The host offsets that the pattern finds, with clusters of 64 KiB.
Offsets host_offsets(std::string_view pattern, std::string_view text) {
  const auto parsed = PlacePattern::parse(pattern);
  REQUIRE(parsed);
  Offsets offsets;
  for (const auto& place : parsed->find_in(text, 16)) {
    CHECK(!place.guest_offset);
    offsets.push_back(place.host_offset.value());
  }
  return offsets;
}

Layout layout_with(std::vector<FaultPlace> planted) {
  Layout layout;
  layout.cluster_bits = 16;
  layout.planted = std::move(planted);
  return layout;
}

Json list(std::initializer_list<const char*> texts) {
  return Json(std::vector<std::string>(texts.begin(), texts.end()));
}

TEST_CASE("a host cluster is named by its number, its offset, or the entry that refers to it") {
  CHECK(host_offsets("cluster {host_cluster} refcount=", "ERROR cluster 6 refcount=0\nLeaked cluster 0x7 refcount=1") ==
        Offsets{0x60000, 0x70000});
  CHECK(host_offsets("at {host_offset}:", "at 0x60200: bad, at 512: bad") == Offsets{0x60200, 512});
  CHECK(host_offsets("entry={entry} ", "l1_entry=8000000000040001 refcount=1") == Offsets{0x40000});
}

TEST_CASE("a pattern asks for all of its text and for a number that can be") {
  CHECK(host_offsets("cluster {host_cluster} refcount=", "cluster 6 of 8, cluster x refcount=1").empty());
  CHECK(host_offsets("at {host_offset}", "at 0x, at 99999999999999999999").empty());
  CHECK(host_offsets("cluster {host_cluster}", "cluster 0xffffffffffffffff").empty());
}

TEST_CASE("a guest offset is no host offset") {
  const auto places = PlacePattern::parse("guest {guest_offset}").value().find_in("guest 0x10000", 16);
  REQUIRE(places.size() == 1);
  CHECK(!places[0].host_offset);
  CHECK(places[0].guest_offset == 0x10000);
}

TEST_CASE("a pattern has one placeholder, of a known name") {
  for (const char* text : {"cluster", "{host_cluster} {host_cluster}", "{cluster}", "}{", "{host_offset"}) {
    CAPTURE(text);
    CHECK(!PlacePattern::parse(text));
  }
}

TEST_CASE("a planted fault is named by any byte of its host cluster, or by its guest cluster") {
  const auto layout = layout_with({{0x50000, std::nullopt}, {0x60000, 0x10000}});
  CHECK(compare_places(layout, {{0x50010, std::nullopt}, {std::nullopt, 0x1ffff}})["missed"].empty());
  const auto other = compare_places(layout, {{0x60000, std::nullopt}, {0x70000, std::nullopt}});
  CHECK(other["planted"] == list({"0x50000", "0x60000"}));
  CHECK(other["named"] == list({"0x60000", "0x70000"}));
  CHECK(other["missed"] == list({"0x50000"}));
}

TEST_CASE("nothing is said where nothing is planted, or nothing was named") {
  CHECK(compare_places(layout_with({}), {{0x50000, std::nullopt}}).is_null());
  CHECK(compare_places(layout_with({{0x50000, std::nullopt}}), {}).is_null());
}

}  // namespace
}  // namespace conform
