// Guest bytes of a single image: every kind of cluster, extents at every place, ranges, several threads.
#include "read/reader.hpp"

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <catch2/generators/catch_generators_range.hpp>
#include <random>
#include <thread>

#include "deflate_bits.hpp"
#include "test_image.hpp"

namespace qcow2::test {
namespace {

// 512 bytes of 'A' in so many stored bytes that the length of the stream can be chosen: empty stored blocks, then a
// run.
Bytes stream_of(std::size_t length) {
  const Bytes body = run(512);
  DeflateBits bits;
  std::size_t blocks = (length - body.size()) / 5;
  while (blocks-- > 0) bits.number(not_final, 1).number(type_stored, 2).stored({});
  Bytes stream = joined({bits, body});
  REQUIRE(stream.size() <= length);
  return stream;
}

TEST_CASE("a cluster of each kind reads as what it is") {
  const auto cluster_bits = GENERATE(Catch::Generators::range(9u, 22u));
  CAPTURE(cluster_bits);
  TestImage image({.cluster_bits = cluster_bits, .guest_clusters = 5});
  const std::size_t size = image.cluster_size();
  const Bytes data = pattern(size, 1);
  image.put_standard(0, data);
  const std::uint64_t preallocated = image.put_standard(1, data);
  image.put_l2_entry(1, copied_flag | preallocated | 1);
  image.put_stream(2, image.end() + 77, run(size));
  // 3 stays unallocated
  image.put_stream(4, image.end(), run(size, final, 0xee));
  const Bytes disk = read_range(image, 0, 5 * size).value();
  CHECK(disk == joined({data, filled(size, 0), filled(size, 'A'), filled(size, 0), filled(size, 0xee)}));
}

TEST_CASE("an extent begins at any byte of a sector and of a host cluster") {
  for (std::uint64_t at = 0; at < 1024; ++at) {
    TestImage image({});
    const std::uint64_t begin = image.end() + at;
    image.put(begin - std::min<std::uint64_t>(at, 9), filled(9, 0xff));
    image.put_stream(0, begin, run(512));
    image.put(image.end(), filled(600, 0xff));
    CAPTURE(at);
    CHECK(read_cluster(image, 0).value() == filled(512, 'A'));
  }
}

TEST_CASE("the size field may say more than the stream needs, in the file and past its end") {
  const auto cluster_bits = GENERATE(Catch::Generators::range(9u, 22u));
  for (const bool in_file : {true, false}) {
    TestImage image({.cluster_bits = cluster_bits, .guest_clusters = 1});
    const Descriptor most{{image.end() + 3}, additional_sectors_max(cluster_bits)};
    image.put_stream(0, most.host_offset.value, run(image.cluster_size()));
    image.put_l2_entry(0, *encode_descriptor(most, cluster_bits));
    if (in_file) image.put(image.end(), filled(2 * image.cluster_size(), 0xff));
    CAPTURE(cluster_bits, in_file);
    CHECK(read_cluster(image, 0).value() == filled(image.cluster_size(), 'A'));
  }
}

TEST_CASE("a stream may be as long as the longest extent") {
  for (const std::uint64_t at : {0u, 1u, 255u, 510u, 511u}) {
    TestImage image({});
    const std::uint64_t begin = image.end() + at;
    Bytes stream = stream_of(1024 - at);
    image.put_stream(0, begin, stream);
    image.put_l2_entry(0, *encode_descriptor({{begin}, 1}, 9));
    CAPTURE(at, stream.size());
    CHECK(stream.size() > 512 - 5);
    CHECK(read_cluster(image, 0).value() == filled(512, 'A'));
  }
}

TEST_CASE("bytes behind the extent are not read, although the file has them") {
  TestImage image({});
  const std::uint64_t begin = image.end() + 511;  // one byte in its sector, the rest in the next
  image.put_stream(0, begin, run(512));
  image.put(image.end(), filled(1024, 0));
  CHECK(outcome(read_cluster(image, 0)) == "accepted");
  image.put_l2_entry(0, *encode_descriptor({{begin}, 0}, 9));
  CHECK(outcome(read_cluster(image, 0)) == "decompress: outside-extent");
}

TEST_CASE("bytes that the file does not have are missing, never zeros") {
  TestImage image({});
  const std::uint64_t begin = image.end();
  DeflateBits stored;  // what is missing are zeros: a reader that made them up would have the cluster
  stored.number(final, 1).number(type_stored, 2).stored(joined({filled(256, 'A'), filled(256, 0)}));
  image.put_stream(0, begin, stored);
  CHECK(outcome(read_cluster(image, 0)) == "accepted");
  for (const std::size_t there : {516u, 515u, 261u, 5u, 1u, 0u}) {
    TestImage cut = image;
    cut.cut(begin + there);
    CAPTURE(there);
    CHECK(outcome(read_cluster(cut, 0)) == "extent: missing-bytes");
  }
  image.cut(begin - 512);
  image.put_l2_entry(0, compressed_flag | (std::uint64_t{1} << 55));  // far behind the end
  CHECK(outcome(read_range(image, 64 * 512, 1)) == "l2: l2-in-file");
}

TEST_CASE("the file may end right behind the stream") {
  TestImage image({});
  image.put_stream(0, image.end() + 100, run(512));
  CHECK(image.end() % 512 != 0);
  CHECK(read_cluster(image, 0).value() == filled(512, 'A'));
}

TEST_CASE("each entry is decoded for itself, whatever it shares with others") {
  TestImage image({});
  const std::uint64_t begin = image.end() + 500;
  image.put_stream(0, begin, run(512));
  image.put_stream(1, begin + run(512).size(), run(512, final, 'b'));  // in the tail of its last sector
  const Descriptor shorter{{begin}, 0}, longer{{begin}, 1};
  image.put_l2_entry(2, *encode_descriptor(longer, 9));
  image.put_l2_entry(3, *encode_descriptor(shorter, 9));  // 12 bytes are too few
  for (int i = 0; i < 2; ++i) {
    CHECK(read_cluster(image, 2).value() == filled(512, 'A'));
    CHECK(outcome(read_cluster(image, 3)) == "decompress: outside-extent");
    CHECK(read_cluster(image, 0).value() == filled(512, 'A'));
    CHECK(read_cluster(image, 1).value() == filled(512, 'b'));
  }
}

TEST_CASE("entry 1 << 62 is a stream at offset 0, which is a header and no stream") {
  TestImage image({});
  image.put_l2_entry(0, compressed_flag);
  CHECK(outcome(read_cluster(image, 0)) == "decompress: deflate-invalid");
}

TEST_CASE("the stream of a last cluster that the virtual size cuts gives a whole cluster") {
  TestImage image({.guest_clusters = 1});
  image.put64(field::size, 100);
  image.put_stream(0, image.end(), run(512));
  CHECK(read_range(image, 0, 100).value() == filled(100, 'A'));
  image.put_stream(0, image.end(), run(100));
  CHECK(outcome(read_range(image, 0, 100)) == "decompress: incomplete-refused");
}

TEST_CASE("a standard cluster past the end of the file reads as zeros") {
  TestImage image({});
  const std::uint64_t begin = image.put_standard(0, filled(512, 7));
  image.put_l2_entry(1, copied_flag | (begin + 512));
  image.put_l2_entry(2, copied_flag | 0x00fffffffffffe00);
  image.cut(begin + 200);
  CHECK(read_range(image, 0, 1536).value() == joined({filled(200, 7), filled(1336, 0)}));
}

TEST_CASE("a refusal names the guest cluster and the extent") {
  TestImage image({});
  image.put_stream(70, 0x1234, filled(3, 0xff));
  const auto refused = read_range(image, 60 * 512, 20 * 512);
  REQUIRE_FALSE(refused);
  const Where& where = refused.error().where;
  CHECK(where.guest_offset == 70u * 512);
  CHECK(where.l1_index == 1u);
  CHECK(where.l2_index == 6u);
  CHECK(where.host_offset == 0x1234u);
}

}  // namespace
}  // namespace qcow2::test
