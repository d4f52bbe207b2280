// Copies that keep holes, and that tell when they were changed.
#include "bench/image_copy.hpp"

#include <sys/stat.h>

#include <catch2/catch_test_macros.hpp>
#include <fstream>

#include "fixture.hpp"

namespace conform {
namespace {

using test::write_file;

struct Originals {
  test::TempFolder folder;
  Original image{folder / "image", "", {}};
  Original sibling{folder / "base.raw", "base.raw", {}};

  Originals() {
    write_file(image.file, "an image");
    write_file(sibling.file, "beside it");
    image.digest = image_digest(image.file).value();
    sibling.digest = image_digest(sibling.file).value();
  }
  ImageCopy copy() const { return ImageCopy::make(folder.path(), image, {sibling}).value(); }
};

TEST_CASE("a copy has a name that says nothing, and a sibling keeps its own") {
  const Originals originals;
  const auto one = originals.copy();
  const auto other = originals.copy();
  CHECK(one.image() != other.image());
  CHECK(one.image().filename() != other.image().filename());
  CHECK(test::read_file(one.image()) == "an image");
  CHECK(test::read_file(one.image().parent_path() / "base.raw") == "beside it");
  CHECK(one.looks_untouched());
  CHECK(one.changes().empty());
}

TEST_CASE("a copy goes with its folder") {
  const Originals originals;
  test::fs::path folder;
  {
    const auto copy = originals.copy();
    folder = copy.image().parent_path();
    write_file(copy.fresh_path(), "left over");
    CHECK(test::fs::exists(folder));
  }
  CHECK(!test::fs::exists(folder));
}

TEST_CASE("whatever changes a copy is seen") {
  const Originals originals;
  const auto copy = originals.copy();
  SECTION("appended") { std::ofstream(copy.image(), std::ios::app) << "x"; }
  SECTION("overwritten with as many bytes") { write_file(copy.image(), "AN IMAGE"); }
  SECTION("a sibling") { write_file(copy.image().parent_path() / "base.raw", "BESIDE IT"); }
  SECTION("deleted") { test::fs::remove(copy.image()); }
  SECTION("replaced by a folder") {
    test::fs::remove(copy.image());
    test::fs::create_directory(copy.image());
  }
  CHECK(!copy.looks_untouched());
  CHECK(!copy.changes().empty());
}

TEST_CASE("a copy that was rewritten as it was looks touched, and has not changed") {
  const Originals originals;
  const auto copy = originals.copy();
  write_file(copy.image(), "an image");
  CHECK(copy.changes().empty());
}

TEST_CASE("a copy keeps its holes") {
  const test::TempFolder folder;
  write_file(folder / "sparse", "begin");
  test::fs::resize_file(folder / "sparse", 64 << 20);
  std::ofstream(folder / "sparse", std::ios::app) << "end";
  REQUIRE(sparse_copy(folder / "sparse", folder / "copy"));
  CHECK(image_digest(folder / "copy").value() == image_digest(folder / "sparse").value());
  struct stat about = {};
  REQUIRE(::stat((folder / "copy").c_str(), &about) == 0);
  CHECK(about.st_blocks * 512 < 1 << 20);
  CHECK(!sparse_copy(folder / "sparse", folder / "copy"));  // it is there already
}

TEST_CASE("a folder knows which files it can hold") {
  const auto work = WorkFolder::make().value();
  const auto entries = [&] { return std::distance(test::fs::directory_iterator(work.root()), {}); };
  const auto before = entries();
  CHECK(work.holds(0));
  CHECK(work.holds(1 << 20));
  CHECK(!work.holds(UINT64_MAX));
  CHECK(entries() == before);
}

}  // namespace
}  // namespace conform
