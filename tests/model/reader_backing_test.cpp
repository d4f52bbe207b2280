// What unallocated clusters read as: the backing file's disk, itself an image or raw, and zeros where it ends.
#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>

#include "deflate_bits.hpp"
#include "test_image.hpp"

namespace qcow2::test {
namespace {

constexpr std::uint64_t disk_size = 128 * 512;

TEST_CASE("an unallocated cluster reads the backing disk, and zeros behind its end") {
  const auto backing_size = GENERATE(0u, 1u, 511u, 512u, 700u, 32 * 512u, 64 * 512u + 1, 128 * 512u, 200 * 512u);
  CAPTURE(backing_size);
  TestImage image({});
  image.put_standard(2, filled(512, 7));
  image.put_l2_entry(3, 1);
  image.put_stream(4, image.end(), run(512));
  const Bytes raw = pattern(backing_size, 1);
  const MemorySource source(raw);
  const RawGuest backing(source);
  Bytes expected = raw;
  expected.resize(disk_size);
  std::ranges::copy(joined({filled(512, 7), filled(512, 0), filled(512, 'A')}), expected.begin() + 1024);
  CHECK(read_range(image, 0, disk_size, &backing).value() == expected);
  CHECK(read_range(image, 600, 3000, &backing).value() == part(expected, 600, 3000));
}

TEST_CASE("a chain of images of other cluster sizes reads as one disk") {
  TestImage base({.cluster_bits = 12, .guest_clusters = 16});
  base.put_stream(5, base.end() + 9, run(4096, final, 'b'));
  TestImage middle({.cluster_bits = 9, .guest_clusters = 100});  // shorter than both others
  middle.put_stream(41, middle.end() + 3, run(512, final, 'm'));
  middle.put_l2_entry(42, 1);
  TestImage top({.cluster_bits = 10, .guest_clusters = 64});
  top.put_standard(22, filled(1024, 't'));

  const MemorySource base_source(base.bytes()), middle_source(middle.bytes()), top_source(top.bytes());
  const Reader base_reader(open_image(base_source).value(), nullptr);
  const Reader middle_reader(open_image(middle_source).value(), &base_reader);
  const Reader top_reader(open_image(top_source).value(), &middle_reader);

  Bytes expected = filled(64 * 1024, 0);
  const auto put = [&](std::size_t offset, const Bytes& bytes) {
    std::ranges::copy(bytes, expected.begin() + static_cast<std::ptrdiff_t>(offset));
  };
  put(5 * 4096, filled(4096, 'b'));
  put(41 * 512, filled(512, 'm'));
  put(42 * 512, filled(512, 0));
  put(22 * 1024, filled(1024, 't'));
  Scratch scratch;
  Bytes disk = filled(expected.size(), 0xa5);
  REQUIRE(top_reader.read({0}, disk, scratch));
  CHECK(disk == expected);

  struct {
    std::uint64_t offset;
    unsigned depth;
    bool allocated, zero, compressed;
    std::uint64_t length;
  } const rows[] = {
      {5 * 4096, 2, true, false, true, 512},     // the base's cluster, as far as the middle's goes
      {41 * 512, 1, true, false, true, 512},     // the middle's, the second half of the top's cluster
      {42 * 512, 1, true, true, false, 512},     // the middle's zeros
      {22 * 1024, 0, true, false, false, 1024},  // the top's own
      {50 * 1024, 0, false, true, false, 1024},  // behind the middle's end: nothing
  };
  for (const auto& row : rows) {
    const GuestExtent extent = top_reader.extent_at({row.offset}).value();
    CAPTURE(row.offset);
    CHECK(extent.depth == row.depth);
    CHECK(extent.allocated == row.allocated);
    CHECK(extent.zero == row.zero);
    CHECK(extent.compressed == row.compressed);
    CHECK(extent.length == row.length);
  }
}

TEST_CASE("a broken cluster of the backing file is refused, and only where it shows") {
  TestImage base({});
  base.put_stream(0, base.end(), run(511));
  base.put_stream(1, base.end(), run(511));
  const MemorySource base_source(base.bytes());
  const Reader backing(open_image(base_source).value(), nullptr);
  TestImage top({});
  top.put_standard(0, filled(512, 't'));
  CHECK(read_range(top, 0, 512, &backing).value() == filled(512, 't'));
  const auto refused = read_range(top, 0, 1024, &backing);
  CHECK(outcome(refused) == "decompress: incomplete-refused");
  CHECK(refused.error().detail.starts_with("in the backing file: "));
}

TEST_CASE("a stream never takes from the backing file what it does not give") {
  TestImage top({});
  top.put_stream(0, top.end(), run(511));
  const Bytes raw = filled(disk_size, 'A');
  const MemorySource source(raw);
  const RawGuest backing(source);
  CHECK(outcome(read_range(top, 0, 512, &backing)) == "decompress: incomplete-refused");
}

TEST_CASE("standard clusters are read from the external data file, and nothing else is") {
  TestImage image({});
  image.put64(field::incompatible_features, 1 << 2);
  image.put_l2_entry(0, copied_flag);  // offset 0 with bit 63 is an offset there
  image.put_l2_entry(1, copied_flag | 512);
  image.put_l2_entry(2, compressed_flag | 1024);
  const Bytes data = pattern(1000, 4);
  const MemorySource source(image.bytes()), data_source(data);
  const Reader reader(open_image(source).value(), nullptr, &data_source);
  Scratch scratch;
  Bytes out = filled(1024, 0xa5);
  REQUIRE(reader.read({0}, out, scratch));
  CHECK(out == joined({data, filled(24, 0)}));
  CHECK(outcome(reader.read({1024}, out, scratch)) == "descriptor: external-data-file");
}

}  // namespace
}  // namespace qcow2::test
