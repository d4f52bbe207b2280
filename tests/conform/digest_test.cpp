// Digests that do not depend on where a file system keeps holes.
#include "base/digest.hpp"

#include <algorithm>
#include <catch2/catch_test_macros.hpp>
#include <fstream>

#include "fixture.hpp"

namespace conform {
namespace {

using test::write_file;

TEST_CASE("the plain digest is SHA-256") {
  const test::TempFolder folder;
  write_file(folder / "abc", "abc");
  CHECK(content_digest(folder / "abc").value() ==
        Digest{3, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"});
  write_file(folder / "empty", "");
  CHECK(content_digest(folder / "empty")->sha256 == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  CHECK(content_digest(folder / "abc", 1, 1)->sha256 ==
        "3e23e8160039594a33894f6564e1b1348bbd7a0088d42c4acb73eeaed59c009d");
}

TEST_CASE("a hole and written zeros have the same digests") {
  const test::TempFolder folder;
  const std::string begin = "begin";
  const std::string end(5000, 'e');
  const std::size_t hole = 3 << 20;
  write_file(folder / "written", begin + std::string(hole, '\0') + end);
  write_file(folder / "sparse", begin);
  test::fs::resize_file(folder / "sparse", begin.size() + hole);
  REQUIRE(std::ofstream(folder / "sparse", std::ios::app).write(end.data(), 5000).flush());
  CHECK(image_digest(folder / "written").value() == image_digest(folder / "sparse").value());
  CHECK(content_digest(folder / "written").value() == content_digest(folder / "sparse").value());
}

/// What the definition says, word by word.
std::string by_definition(const std::string& bytes) {
  Sha256 hash;
  hash.update_uint64(bytes.size());
  std::string run;
  std::size_t run_begin = 0;
  const auto flush = [&] {
    if (run.empty()) return;
    hash.update_uint64(run_begin);
    hash.update_uint64(run.size());
    hash.update(std::as_bytes(std::span(run)));
    run.clear();
  };
  for (std::size_t at = 0; at < bytes.size(); at += 4096) {
    const std::string block = bytes.substr(at, 4096);
    if (block.find_first_not_of('\0') == std::string::npos) {
      flush();
      continue;
    }
    if (run.empty()) run_begin = at;
    run += block;
  }
  flush();
  return hash.hex();
}

TEST_CASE("the digest of an image is over its runs of data blocks") {
  const test::TempFolder folder;
  const std::string zeros(4096, '\0');
  const std::string data(4096, 'd');
  for (const std::string& bytes :
       {std::string(), std::string("x"), zeros, data, zeros + data + data + zeros + "tail", data + zeros + zeros + data,
        data + std::string(100, '\0'), std::string(300000, 'l') + zeros + std::string(300000, 'm')}) {
    write_file(folder / "image", bytes);
    CHECK(image_digest(folder / "image").value() == Digest{bytes.size(), by_definition(bytes)});
  }
}

TEST_CASE("length, place and bytes all count") {
  const test::TempFolder folder;
  const std::string zeros(4096, '\0');
  std::vector<std::string> seen;
  for (const std::string& bytes : {zeros + "a", "a" + zeros, zeros + "b", zeros, zeros + zeros, std::string()}) {
    write_file(folder / "image", bytes);
    seen.push_back(image_digest(folder / "image")->sha256);
  }
  std::sort(seen.begin(), seen.end());
  CHECK(std::adjacent_find(seen.begin(), seen.end()) == seen.end());
}

TEST_CASE("a sparse terabyte is hashed at once") {
  const test::TempFolder folder;
  write_file(folder / "image", "begin");
  std::error_code error;
  test::fs::resize_file(folder / "image", std::uintmax_t{1} << 40, error);
  if (error) SKIP("the file system of the work folder holds no terabyte");
  CHECK(image_digest(folder / "image")->length == std::uint64_t{1} << 40);
}

TEST_CASE("a missing file has no digest") { CHECK(!image_digest("/nonexistent/image")); }

}  // namespace
}  // namespace conform
