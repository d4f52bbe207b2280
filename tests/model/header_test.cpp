// The header, field by field. Every test changes one thing of an image that opens.
#include "format/header.hpp"

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <catch2/generators/catch_generators_range.hpp>

#include "test_image.hpp"

namespace qcow2::test {
namespace {

TEST_CASE("images of both versions and all cluster sizes open") {
  const auto cluster_bits = GENERATE(Catch::Generators::range(9u, 22u));
  const auto version = GENERATE(2u, 3u);
  CAPTURE(cluster_bits, version);
  const TestImage image({.cluster_bits = cluster_bits, .version = version, .guest_clusters = 3});
  CHECK(opening(image) == "accepted");
  const MemorySource source(image.bytes());
  const Header header = read_header(source).value();
  CHECK(header.version == version);
  CHECK(header.cluster_size() == std::uint64_t{1} << cluster_bits);
  CHECK(header.virtual_size == 3 * header.cluster_size());
}

TEST_CASE("every other magic number is refused") {
  for (std::size_t byte = 0; byte < 4; ++byte) {
    TestImage image({});
    image.put(field::magic + byte, {image.bytes()[byte] ^ std::byte{1}});
    CHECK(opening(image) == "header: header-magic");
  }
}

TEST_CASE("versions other than 2 and 3 are refused") {
  for (const std::uint32_t version : {0u, 1u, 4u, 0x02000000u, 0xffffffffu}) {
    TestImage image({});
    image.put32(field::version, version);
    CHECK(opening(image) == "header: header-version");
  }
}

TEST_CASE("cluster_bits is 9 to 21") {
  for (const std::uint32_t cluster_bits : {0u, 8u, 22u, 31u, 32u, 63u, 64u, 73u, 0xffffffffu}) {
    TestImage image({});
    image.put32(field::cluster_bits, cluster_bits);
    CAPTURE(cluster_bits);
    CHECK(opening(image).starts_with("header: header-cluster-bits"));
  }
}

TEST_CASE("encrypted images are refused") {
  for (const unsigned version : {2u, 3u}) {
    TestImage image({.version = version});
    image.put32(field::crypt_method, 1);
    CHECK(opening(image) == "header: header-encryption");
  }
}

TEST_CASE("an unknown incompatible feature is refused, unknown others are not") {
  for (unsigned bit = 0; bit < 64; ++bit) {
    CAPTURE(bit);
    TestImage others({});
    others.put64(field::compatible_features, std::uint64_t{1} << bit);
    others.put64(field::autoclear_features, std::uint64_t{1} << bit);
    CHECK(opening(others) == "accepted");
    TestImage image({});
    image.put64(field::incompatible_features, std::uint64_t{1} << bit);
    if (bit >= 5) CHECK(opening(image) == "header: header-incompatible-features");
  }
}

TEST_CASE("the dirty and the corrupt bit do not forbid reading") {
  for (const std::uint64_t bits : {1u, 2u, 3u}) {
    TestImage image({});
    image.put64(field::incompatible_features, bits);
    CHECK(opening(image) == "accepted");
  }
}

TEST_CASE("what stands behind byte 72 is no feature field in version 2") {
  TestImage image({.version = 2});
  // An extension that reads as every incompatible feature at once: type 0xffffffff, 16 bytes; and then the end of all.
  image.put(72, hex("ff ff ff ff 00 00 00 10"));
  image.put(80, filled(16, 0xff));
  CHECK(opening(image) == "accepted");
  const MemorySource source(image.bytes());
  const Header header = read_header(source).value();
  CHECK(header.incompatible_features == 0);
  CHECK(header.refcount_order == 4);
  CHECK(header.compression_type == CompressionType::deflate);
  REQUIRE(header.extensions.size() == 1);
  CHECK(header.extensions[0].length == 16);
}

TEST_CASE("header_length is at least 104, at most a cluster, and a multiple of 8") {
  struct {
    std::uint32_t header_length;
    const char* outcome;
  } const rows[] = {
      {104, "accepted"},
      {112, "accepted"},
      {512, "accepted"},
      {0, "header: header-length"},
      {72, "header: header-length"},
      {103, "header: header-length"},
      {105, "header: header-length-multiple"},
      {108, "header: header-length-multiple"},
      {520, "header: header-length"},
      {0xfffffff8, "header: header-length"},
  };
  for (const auto& row : rows) {
    TestImage image({});
    image.put32(field::header_length, row.header_length);
    CAPTURE(row.header_length);
    CHECK(opening(image) == row.outcome);
  }
}

TEST_CASE("a header that the file does not hold is refused") {
  for (std::size_t length = 0; length < 112; ++length) {
    TestImage image({});
    image.cut(length);
    CAPTURE(length);
    CHECK(opening(image) == (length < 4     ? "header: header-magic"
                             : length < 104 ? "header: header-fields-in-file"
                                            : "header: header-in-file"));
  }
}

TEST_CASE("refcount_order is at most 6") {
  for (const std::uint32_t order : {0u, 6u, 7u, 64u, 0xffffffffu}) {
    TestImage image({});
    image.put32(field::refcount_order, order);
    CHECK(opening(image) == (order <= 6 ? "accepted" : "header: header-refcount-order"));
  }
}

TEST_CASE("the compression type and its feature bit agree, and the type is known") {
  for (const bool bit : {false, true}) {
    for (unsigned type = 0; type < 256; ++type) {
      TestImage image({});
      image.put64(field::incompatible_features, bit ? 1 << 3 : 0);
      image.put(field::compression_type, filled(1, type));
      const bool good = (!bit && type == 0) || (bit && type == 1);
      CAPTURE(bit, type);
      const bool agree = bit == (type != 0);
      CHECK(opening(image) == (good    ? "accepted"
                               : agree ? "header: compression-type"
                                       : "header: compression-type-agrees"));
    }
  }
}

TEST_CASE("a header of 104 bytes has no compression type") {
  TestImage image({});
  image.put32(field::header_length, 104);
  image.put(104, hex("01 02 03 04 00 00 00 00"));  // an extension, not the type zstd
  CHECK(opening(image) == "accepted");
  image.put64(field::incompatible_features, 1 << 3);
  CHECK(opening(image) == "header: compression-type-agrees");
}

TEST_CASE("extended L2 entries need clusters of 16 KiB") {
  const auto cluster_bits = GENERATE(Catch::Generators::range(9u, 22u));
  CAPTURE(cluster_bits);
  const TestImage image({.cluster_bits = cluster_bits, .extended = true, .guest_clusters = 1});
  CHECK(opening(image) == (cluster_bits < 14 ? "header: extended-l2-cluster-bits" : "accepted"));
}

}  // namespace
}  // namespace qcow2::test
