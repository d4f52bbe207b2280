// What a written image is held to, on what the model would say of it.
#include "verdict/written/writer_properties.hpp"

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>

namespace conform {
namespace {

/// Clusters of 512 bytes, a disk of 1000 bytes; streams of 15 and 20 bytes back to back in host cluster 2.
WrittenImage healthy() {
  WrittenImage image;
  image.info = {{"virtual_size", 1000}, {"cluster_size", 512}};
  image.check = {{"violations", Json::array()}};
  const auto row = [](int guest, int host, int length) {
    return Json{{"guest_offset", guest},  {"kind", "compressed"},    {"l2_entry", "0x4000000000000400"},
                {"host_offset", host},    {"additional_sectors", 0}, {"available_bytes", 512 - host % 512},
                {"stream_length", length}};
  };
  image.clusters = {row(0, 1024, 15), row(512, 1039, 20)};
  image.file_length = 4096;
  image.content_equal = true;
  return image;
}

Held held(std::string_view clause, const WrittenImage& image) { return writer_property(clause, image)->held; }

Json violation(const std::string& rule, const Json& where) {
  return {{"severity", "corruption"}, {"rule", rule}, {"where", where}, {"detail", "so it is"}};
}

TEST_CASE("a plain image has every property") {
  for (const auto clause : writer_properties()) {
    CAPTURE(clause);
    CHECK(held(clause, healthy()) == Held::yes);
  }
}

TEST_CASE("a clause that is no property of writing is none") {
  CHECK(!writer_property("extent", healthy()));
  CHECK(!writer_property("", healthy()));
}

TEST_CASE("refcounts count where extents are") {
  auto image = healthy();
  image.check["violations"] = {violation("check-refcounts", {{"host_offset", 1536}})};
  CHECK(held("refcount-extent", image) == Held::yes);
  CHECK(held("refcount-width", image) == Held::no);
  image.check["violations"] = {violation("check-refcounts", {{"host_offset", 1024}})};
  const auto property = *writer_property("refcount-extent", image);
  CHECK(property.held == Held::no);
  CHECK(property.detail == "[check-refcounts] so it is, host_offset 0x400");
}

TEST_CASE("every host cluster concerned is named, also those of a run that begins before the extents") {
  auto image = healthy();
  auto run = violation("check-refcounts", {{"host_offset", 512}});
  run["count"] = 2;
  image.check["violations"] = {run, violation("check-refcounts", {{"host_offset", 4096}}),
                               violation("check-refcounts", {{"host_offset", 1024}})};
  CHECK(writer_property("refcount-extent", image)->detail ==
        "[check-refcounts] so it is, host_offset 0x200; [check-refcounts] so it is, host_offset 0x400");
  CHECK(writer_property("refcount-width", image)->detail.find("0x1000") != std::string::npos);
}

TEST_CASE("the last cluster is whole, or another cluster is not its matter") {
  auto image = healthy();
  image.clusters[0]["refused"] = "incomplete";
  CHECK(held("writer-whole-cluster", image) == Held::yes);
  image.clusters[1]["refused"] = "incomplete";
  CHECK(held("writer-whole-cluster", image) == Held::no);
  image.clusters.erase(1);
  CHECK(held("writer-whole-cluster", image) == Held::untried);
}

TEST_CASE("a new image is not marked corrupt") {
  auto image = healthy();
  image.info["incompatible_features"] = "0x9";
  CHECK(held("writer-corrupt-bit", image) == Held::yes);
  image.info["incompatible_features"] = "0xa";
  CHECK(held("writer-corrupt-bit", image) == Held::no);
}

TEST_CASE("habits") {
  auto image = healthy();
  image.clusters[1]["additional_sectors"] = 1;
  CHECK(held("writer-least-size-field", image) == Held::no);
  image = healthy();
  image.clusters[1]["host_offset"] = 1040;
  CHECK(held("writer-packing", image) == Held::no);
  image.clusters.erase(1);
  CHECK(held("writer-packing", image) == Held::untried);
  image = healthy();
  image.clusters[1]["stream_length"] = 512;
  CHECK(held("writer-no-long-stream", image) == Held::no);
  image.file_length = 4095;
  CHECK(held("writer-pads-file", image) == Held::no);
}

TEST_CASE("a stream that does not end in its extent is not covered by it") {
  auto image = healthy();
  image.clusters[1]["stream_length"] = nullptr;
  CHECK(held("writer-extent-covers-stream", image) == Held::no);
  image = healthy();
  image.check["violations"] = {violation(GENERATE("outside-extent", "missing-bytes", "zstd-checksum-cut"), {})};
  CHECK(held("writer-extent-covers-stream", image) == Held::no);
}

TEST_CASE("without streams there is nothing to try") {
  auto image = healthy();
  image.clusters = Json::array();
  for (const char* clause : {"writer-extent-covers-stream", "refcount-extent", "copied-flag-clear", "writer-packing",
                             "writer-least-size-field", "writer-no-long-stream", "writer-whole-cluster"})
    CHECK(held(clause, image) == Held::untried);
}

}  // namespace
}  // namespace conform
