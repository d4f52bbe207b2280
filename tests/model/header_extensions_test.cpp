// Header extensions and the backing file's name: what stands between the header and the end of the first cluster.
#include <catch2/catch_test_macros.hpp>

#include "test_image.hpp"

namespace qcow2::test {
namespace {

constexpr std::size_t first_extension = 112;

const Bytes format_raw = hex("e2 79 2a ca 00 00 00 03 72 61 77 00 00 00 00 00");   // "raw", padded to 16 bytes
const Bytes data_file_d = hex("44 41 54 41 00 00 00 01 64 00 00 00 00 00 00 00");  // "d"
const Bytes unknown = hex("12 34 56 78 00 00 00 08 01 02 03 04 05 06 07 08");

TestImage with_extensions(const Bytes& extensions) {
  TestImage image({});
  image.put(first_extension, extensions);
  return image;
}

TestImage with_name(std::uint64_t offset, std::uint32_t size) {
  TestImage image({});
  image.put64(field::backing_file_offset, offset);
  image.put32(field::backing_file_size, size);
  return image;
}

Header header_of(const TestImage& image) { return read_header(MemorySource(image.bytes())).value(); }

TEST_CASE("extensions follow one another on multiples of 8, and unknown ones are skipped") {
  const Header header = header_of(with_extensions(joined({unknown, format_raw, data_file_d, hex("00 00 00 00")})));
  CHECK(header.backing_format == "raw");
  CHECK(header.data_file == "d");
  CHECK(header.extensions.size() == 3);
}

TEST_CASE("extensions begin at header_length, at byte 72 in version 2") {
  TestImage longer({});
  longer.put32(field::header_length, 128);
  longer.put(112, unknown);
  longer.put(128, format_raw);
  CHECK(header_of(longer).backing_format == "raw");
  CHECK(header_of(longer).extensions.size() == 1);
  TestImage older({.version = 2});
  older.put(72, format_raw);
  CHECK(header_of(older).backing_format == "raw");
}

TEST_CASE("nothing behind the end of the extensions is one") {
  CHECK(header_of(with_extensions(joined({hex("00 00 00 00 00 00 00 00"), format_raw}))).backing_format.empty());
}

TEST_CASE("an extension that leaves the first cluster is refused") {
  const std::size_t room = 512 - first_extension - 8;
  for (const auto& [length, expected] : {std::pair{room, "accepted"}, {room + 1, "header: header-extensions-fit"}}) {
    TestImage image({});
    image.put(first_extension, hex("12 34 56 78"));
    image.put32(first_extension + 4, static_cast<std::uint32_t>(length));
    CAPTURE(length);
    CHECK(opening(image) == expected);
  }
  for (const char* length : {"7f ff ff ff", "ff ff ff ff", "ff ff ff f8", "80 00 00 00"}) {
    CHECK(opening(with_extensions(joined({hex("12 34 56 78"), hex(length)}))) == "header: header-extensions-fit");
  }
}

TEST_CASE("the backing file's name ends the space for extensions") {
  // Two extensions of 16 bytes fill what is before the name; the second leaves it when the name begins earlier.
  for (const auto& [name_at, expected] : {std::pair{144, "accepted"},
                                          {140, "header: header-extensions-fit"},
                                          {136, "header: header-extensions-fit"},
                                          {132, "header: header-extensions-fit"},
                                          {128, "accepted"}}) {
    TestImage image = with_name(static_cast<std::uint64_t>(name_at), 4);
    image.put(first_extension, joined({unknown, unknown}));
    CAPTURE(name_at);
    CHECK(opening(image) == expected);
  }
}

TEST_CASE("extensions that the file does not hold are refused") {
  TestImage image({.guest_clusters = 0});
  image.put32(field::l1_size, 0);
  image.put64(field::l1_table_offset, 0);
  image.put(first_extension, unknown);
  for (const std::size_t length : {first_extension + 1, first_extension + 15, first_extension + 16}) {
    TestImage cut = image;
    cut.cut(length);
    CAPTURE(length);
    CHECK(opening(cut) == "header: header-extensions-fit");
  }
}

TEST_CASE("the backing file's name is at most 1023 bytes, in the first cluster and in the file") {
  struct {
    std::uint64_t offset;
    std::uint32_t size;
    const char* outcome;
  } const rows[] = {
      {112, 400, "accepted"},                                            // up to the cluster's last byte
      {112, 401, "header: backing-file-in-first-cluster"},               // one further
      {512, 0, "accepted"},                                              // nothing at all
      {513, 0, "header: backing-file-in-first-cluster"},                 // nothing, but outside
      {511, 1, "accepted"},                                              //
      {0xffffffffffffffff, 1, "header: backing-file-in-first-cluster"},  // what would wrap around
      {112, 0xffffffff, "header: backing-file-name-length"},
      {0, 0xffffffff, "accepted"},  // offset 0: there is no backing file
  };
  for (const auto& row : rows) {
    CAPTURE(row.offset, row.size);
    CHECK(opening(with_name(row.offset, row.size)) == row.outcome);
  }
  for (const auto& [size, expected] : {std::pair{1023u, "accepted"}, {1024u, "header: backing-file-name-length"}}) {
    TestImage image({.cluster_bits = 12});
    image.put64(field::backing_file_offset, 200);
    image.put32(field::backing_file_size, size);
    CHECK(opening(image) == expected);
  }
}

TEST_CASE("the backing file's name is taken byte for byte") {
  TestImage image = with_name(200, 5);
  image.put(200, joined({text("a b"), hex("00 ff"), text("not this")}));
  CHECK(header_of(image).backing_file == std::string("a b\0\xff", 5));
}

}  // namespace
}  // namespace qcow2::test
