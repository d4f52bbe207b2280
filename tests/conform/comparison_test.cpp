// The first byte that differs, and where wrong bytes come from.
#include "verdict/comparison.hpp"

#include <algorithm>
#include <catch2/catch_test_macros.hpp>

#include "fixture.hpp"
#include "verdict/provenance.hpp"

namespace conform {
namespace {

const std::uint64_t whole = UINT64_MAX;

std::optional<FirstDiff> differs(const std::string& guest, const std::string& got, std::uint64_t offset = 0,
                                 std::uint64_t length = whole) {
  const test::TempFolder folder;
  test::write_file(folder / "guest", guest);
  test::write_file(folder / "got", got);
  const auto guest_file = OpenFile::open(folder / "guest").value();
  return first_difference(guest_file, offset, length == whole ? guest.size() : length,
                          OpenFile::open(folder / "got").value())
      .value();
}

TEST_CASE("equal bytes have no difference") {
  CHECK(!differs("", ""));
  CHECK(!differs("abc", "abc"));
  CHECK(!differs("0123456789", "345", 3, 3));
  std::string large(3 << 20, 'l');
  large += "end";
  CHECK(!differs(large, large));
}

TEST_CASE("the first difference is found wherever it stands") {
  for (const std::size_t at :
       {std::size_t{0}, std::size_t{1}, std::size_t{262143}, std::size_t{262144}, std::size_t{999999}}) {
    const std::string guest(1000000, 'g');
    std::string got = guest;
    got[at] = 'x';
    const auto diff = differs(guest, got);
    REQUIRE(diff);
    CHECK(diff->offset == at);
    CHECK(diff->expected.starts_with("67"));
    CHECK(diff->got.starts_with("78"));
  }
}

TEST_CASE("a length that differs is a difference") {
  CHECK(differs("abcd", "abc")->offset == 3);
  CHECK(differs("abcd", "abc")->expected == "64");
  CHECK(differs("abcd", "abc")->got.empty());
  CHECK(differs("abc", "abcd")->offset == 3);
  CHECK(differs("abc", "abcd")->got == "64");
  CHECK(differs("abc", "")->offset == 0);
  CHECK(differs("", std::string(1, '\0'))->offset == 0);
}

TEST_CASE("the offset is on the guest disk") {
  const auto diff = differs("0123456789", "34x", 3, 3);
  REQUIRE(diff);
  CHECK(diff->offset == 5);
  CHECK(diff->expected == "35");
}

TEST_CASE("holes are compared without being read") {
  const test::TempFolder folder;
  std::error_code error;
  for (const char* name : {"guest", "got"}) {
    test::write_file(folder / name, "begin");
    test::fs::resize_file(folder / name, std::uintmax_t{1} << 40, error);
  }
  if (error) SKIP("the file system of the work folder holds no terabyte");
  const auto guest = OpenFile::open(folder / "guest").value();
  CHECK(!first_difference(guest, 0, guest.size(), OpenFile::open(folder / "got").value()).value());
}

TEST_CASE("data is held against a hole, on either side and behind an offset") {
  const test::TempFolder folder;
  constexpr std::size_t length = 1 << 20;
  std::string dense(length, '\0');
  test::write_file(folder / "dense", dense);
  dense[length / 2] = 'x';
  test::write_file(folder / "other", dense);
  test::write_file(folder / "sparse", "");
  test::fs::resize_file(folder / "sparse", length);
  const auto first = [&](const char* guest, const char* got, std::uint64_t offset) -> std::optional<std::uint64_t> {
    test::write_file(folder / "part", test::read_file(folder / got).substr(offset));
    if (offset == 0) test::fs::copy_file(folder / got, folder / "part", test::fs::copy_options::overwrite_existing);
    const auto guest_file = OpenFile::open(folder / guest).value();
    const auto got_file = OpenFile::open(folder / "part").value();
    const auto diff = first_difference(guest_file, offset, length - offset, got_file).value();
    return diff ? std::optional(diff->offset) : std::nullopt;
  };
  for (const std::uint64_t offset : {0U, 5000U}) {
    CHECK(!first("sparse", "dense", offset));
    CHECK(!first("dense", "sparse", offset));
    CHECK(first("sparse", "other", offset) == length / 2);
    CHECK(first("other", "sparse", offset) == length / 2);
  }
}

TEST_CASE("where a byte is open a zero is right, and where it is torn the older disk's") {
  const test::TempFolder folder;
  test::write_file(folder / "guest", "nnnnnnnnnn");
  test::write_file(folder / "older", "oooooooooo");
  const auto guest = OpenFile::open(folder / "guest").value();
  const auto older = OpenFile::open(folder / "older").value();
  const Leeway leeway{{{1, 3}}, {{2, 6}}, &older};
  const auto first = [&](std::string got) -> std::optional<std::uint64_t> {
    std::replace(got.begin(), got.end(), '0', '\0');
    test::write_file(folder / "got", got);
    const auto diff = first_difference(guest, 0, 10, OpenFile::open(folder / "got").value(), leeway).value();
    return diff ? std::optional(diff->offset) : std::nullopt;
  };
  CHECK(!first("nnnnnnnnnn"));
  CHECK(!first("n00nnnnnnn"));
  CHECK(!first("nnoooonnnn"));
  CHECK(!first("n0ononnnnn"));
  CHECK(first("nonnnnnnnn") == 1);
  CHECK(first("nnn0nnnnnn") == 3);
  CHECK(first("nnoooonnno") == 9);
  CHECK(first("nnooooonnn") == 6);
}

TEST_CASE("wrong bytes are traced to where they come from") {
  const test::TempFolder folder;
  const std::string a(4096, 'a');
  const std::string zeros(4096, '\0');
  std::string noise;
  for (int i = 0; i < 4096; ++i) noise += static_cast<char>(i * 7 + i / 256);
  test::write_file(folder / "guest", a + zeros + "clusters two: " + a);
  test::write_file(folder / "base", zeros + zeros + "the backing file has this text, and nobody else");
  test::write_file(folder / "image", zeros + "raw bytes of the host file, as they stand there");
  const auto guest = OpenFile::open(folder / "guest").value();
  const auto base = OpenFile::open(folder / "base").value();
  const auto image = OpenFile::open(folder / "image").value();
  const std::vector<Source> sources{{"guest", &guest}, {"base", &base}, {"image", &image}};
  const auto what = [&](const std::string& got) {
    test::write_file(folder / "got", got);
    return trace(OpenFile::open(folder / "got").value(), 0, {4096, 8192}, sources).what;
  };
  CHECK(what(a + zeros) == "zeros");
  CHECK(what(a + a) == "another-cluster");
  CHECK(what(a) == "none");
  CHECK(what(a + noise) == "other");
  CHECK(what(a + "the backing file has this text, and nobody else") == "backing-file");
  CHECK(what(a + "raw bytes of the host file, as they stand there" + zeros) == "image-file");
  CHECK(what(a + "short") == "other");
}

}  // namespace
}  // namespace conform
