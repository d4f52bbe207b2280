// The two kinds of byte source: how much they give, and that they say so when they cannot.
#include "format/byte_source.hpp"

#include <unistd.h>

#include <catch2/catch_test_macros.hpp>
#include <cstdio>
#include <memory>
#include <system_error>

#include "bytes.hpp"

namespace qcow2::test {
namespace {

constexpr std::uint64_t most = ~std::uint64_t{0};

struct CloseFile {
  void operator()(std::FILE* file) const { std::fclose(file); }
};
using File = std::unique_ptr<std::FILE, CloseFile>;

File file_with(const Bytes& bytes) {
  File file(std::tmpfile());
  REQUIRE(file);
  REQUIRE(::write(::fileno(file.get()), bytes.data(), bytes.size()) == static_cast<ssize_t>(bytes.size()));
  return file;
}

void check_gives(const ByteSource& source, const Bytes& bytes) {
  REQUIRE(source.size() == bytes.size());
  for (const std::uint64_t offset : {std::uint64_t{0}, std::uint64_t{1}, bytes.size() - 1, bytes.size(),
                                     bytes.size() + 1, std::uint64_t{1} << 63, most}) {
    for (const std::size_t length : {std::size_t{0}, std::size_t{1}, bytes.size(), bytes.size() + 100}) {
      CAPTURE(offset, length);
      const std::size_t there = offset < bytes.size() ? std::min<std::size_t>(length, bytes.size() - offset) : 0;
      Bytes out = filled(length, 0xa5);
      REQUIRE(source.read_at({offset}, out) == there);
      const std::size_t from = offset < bytes.size() ? static_cast<std::size_t>(offset) : 0;
      CHECK(part(out, 0, there) == part(bytes, from, there));
      CHECK(part(out, there, length - there) == filled(length - there, 0xa5));
    }
  }
}

TEST_CASE("memory gives its bytes and no others") {
  const Bytes bytes = pattern(1000, 1);
  check_gives(MemorySource(bytes), bytes);
}

TEST_CASE("a file gives its bytes and no others") {
  const Bytes bytes = pattern(1000, 2);
  const File file = file_with(bytes);
  check_gives(FileSource(::fileno(file.get()), bytes.size()), bytes);
}

TEST_CASE("a file that has become shorter is an error, not an end") {
  const File file = file_with(pattern(1000, 3));
  const FileSource source(::fileno(file.get()), 2000);
  Bytes out(100);
  CHECK(source.read_at({900}, out) == 100);
  CHECK_THROWS_AS(source.read_at({901}, out), std::system_error);
  CHECK_THROWS_AS(source.read_at({1500}, out), std::system_error);
  CHECK(source.read_at({2000}, out) == 0);
}

TEST_CASE("a file that cannot be read is an error") {
  Bytes out(1);
  CHECK_THROWS_AS(FileSource(-1, 10).read_at({0}, out), std::system_error);
}

TEST_CASE("a range is in the source when its end is, and no sum wraps around") {
  const Bytes bytes(1000);
  const MemorySource source(bytes);
  CHECK(contains(source, {0}, 1000));
  CHECK(contains(source, {1000}, 0));
  CHECK(contains(source, {999}, 1));
  CHECK_FALSE(contains(source, {0}, 1001));
  CHECK_FALSE(contains(source, {999}, 2));
  CHECK_FALSE(contains(source, {1001}, 0));
  CHECK_FALSE(contains(source, {most}, 1));
  CHECK_FALSE(contains(source, {1}, most));
  CHECK_FALSE(contains(source, {most}, most));
}

TEST_CASE("data in a file is found behind its holes") {
  const File file(std::tmpfile());
  REQUIRE(file);
  const int descriptor = ::fileno(file.get());
  constexpr std::uint64_t mib = 1 << 20;
  REQUIRE(::pwrite(descriptor, "data", 4, 3 * mib) == 4);
  REQUIRE(::ftruncate(descriptor, 5 * mib) == 0);
  const FileSource source(descriptor, 5 * mib);
  const HostOffset found = source.next_data({0});
  CHECK(found.value <= 3 * mib);  // a file system without holes may say 0
  CHECK(source.next_data({3 * mib + 1}).value == 3 * mib + 1);
  CHECK(source.next_data({5 * mib}).value == 5 * mib);
  CHECK(source.next_data({most}).value == 5 * mib);
}

TEST_CASE("in memory everything is data") {
  const Bytes bytes = filled(100, 0);
  const MemorySource source(bytes);
  CHECK(source.next_data({7}).value == 7);
  CHECK(source.next_data({most}).value == 100);
}

}  // namespace
}  // namespace qcow2::test
