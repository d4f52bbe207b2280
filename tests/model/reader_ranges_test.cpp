// Ranges: a range reads as that part of the whole disk, whatever was read before, and by however many at once.
#include <catch2/catch_test_macros.hpp>
#include <random>
#include <thread>

#include "deflate_bits.hpp"
#include "test_image.hpp"

namespace qcow2::test {
namespace {

/// 200 clusters of all kinds, some of them broken; and what the whole ones hold.
struct Mixed {
  TestImage image{{.guest_clusters = 200}};
  Bytes disk = filled(200 * 512, 0);

  Mixed() {
    for (std::uint64_t g = 0; g < 200; ++g) {
      const Bytes data = g % 5 == 0 ? pattern(512, g) : g % 5 == 1 ? filled(512, 1 + g) : filled(512, 0);
      std::ranges::copy(data, disk.begin() + static_cast<std::ptrdiff_t>(g * 512));
      if (g % 5 == 0) image.put_standard(g, data);
      if (g % 5 == 1) image.put_stream(g, image.end() + g % 7, run(512, final, static_cast<unsigned>(1 + g)));
      if (g % 5 == 2) image.put_l2_entry(g, 1);
      if (is_broken(g)) image.put_stream(g, image.end(), run(511));
    }
  }
  static bool is_broken(std::uint64_t g) { return g % 20 == 3; }
  static bool has_broken(std::uint64_t offset, std::uint64_t length) {
    for (std::uint64_t g = offset / 512; length > 0 && g <= (offset + length - 1) / 512; ++g) {
      if (is_broken(g)) return true;
    }
    return false;
  }
};

/// Reads random ranges and counts those that are not as they should be.
int wrong_ranges(const Mixed& mixed, const Reader& reader, unsigned seed, int count) {
  std::mt19937_64 random(seed);
  Scratch scratch;
  int wrong = 0;
  for (int i = 0; i < count; ++i) {
    const std::uint64_t offset = random() % mixed.disk.size();
    const std::uint64_t length = std::min(random() % (i % 2 == 0 ? 5000 : 20), mixed.disk.size() - offset);
    Bytes out = filled(length, 0xa5);
    const auto done = reader.read({offset}, out, scratch);
    const bool as_it_should = Mixed::has_broken(offset, length) ? outcome(done) == "decompress: incomplete-refused"
                                                                : done && out == part(mixed.disk, offset, length);
    if (!as_it_should) ++wrong;
  }
  return wrong;
}

TEST_CASE("a range reads as that part of the disk, between refusals too") {
  const Mixed mixed;
  const MemorySource source(mixed.image.bytes());
  const Reader reader(open_image(source).value(), nullptr);
  CHECK(wrong_ranges(mixed, reader, 1, 5000) == 0);
}

TEST_CASE("several threads read through one reader at once") {
  const Mixed mixed;
  const MemorySource source(mixed.image.bytes());
  const Reader reader(open_image(source).value(), nullptr);
  std::vector<int> wrong(4, -1);
  {
    std::vector<std::jthread> threads;
    for (unsigned i = 0; i < wrong.size(); ++i) {
      threads.emplace_back([&, i] { wrong[i] = wrong_ranges(mixed, reader, i, 1500); });
    }
  }
  CHECK(wrong == std::vector<int>(4, 0));
}

TEST_CASE("every single byte of a compressed cluster can be read alone") {
  TestImage image({});
  DeflateBits stored;
  const Bytes data = pattern(512, 9);
  stored.number(final, 1).number(type_stored, 2).stored(data);
  image.put_stream(3, image.end() + 5, stored);
  for (std::size_t i = 0; i < 512; ++i) {
    CAPTURE(i);
    CHECK(read_range(image, 3 * 512 + i, 1).value() == part(data, i, 1));
  }
}

/// Counts how often bytes from `begin` on are asked for.
class CountingSource final : public ByteSource {
 public:
  CountingSource(const Bytes& bytes, std::uint64_t begin) : source_(bytes), begin_(begin) {}
  std::uint64_t size() const override { return source_.size(); }
  std::size_t read_at(HostOffset offset, std::span<std::byte> out) const override {
    if (offset.value >= begin_) ++reads;
    return source_.read_at(offset, out);
  }
  mutable int reads = 0;

 private:
  MemorySource source_;
  std::uint64_t begin_;
};

TEST_CASE("small reads of one cluster decode it once, and those of another entry decode again") {
  TestImage image({.guest_clusters = 4});
  const std::uint64_t streams = image.end();
  image.put_stream(0, streams, run(512, final, 1));
  image.put_stream(1, image.end(), run(512, final, 2));
  image.put_stream(2, image.end(), run(511));                    // broken
  image.put_l2_entry(3, *encode_descriptor({{streams}, 1}, 9));  // the first stream, with a larger size field
  const CountingSource source(image.bytes(), streams);
  const Reader reader(open_image(source).value(), nullptr);
  Scratch scratch;
  const auto read_all_bytes_of = [&](std::uint64_t guest_cluster, unsigned value) {
    for (std::uint64_t i = 0; i < 512; ++i) {
      Bytes out(1);
      REQUIRE(reader.read({guest_cluster * 512 + i}, out, scratch));
      REQUIRE(out == filled(1, value));
    }
  };
  read_all_bytes_of(0, 1);
  CHECK(source.reads == 1);
  read_all_bytes_of(1, 2);
  CHECK(source.reads == 2);
  Bytes out(1);
  CHECK(outcome(reader.read({2 * 512}, out, scratch)) == "decompress: incomplete-refused");
  CHECK(outcome(reader.read({2 * 512}, out, scratch)) == "decompress: incomplete-refused");
  read_all_bytes_of(0, 1);
  CHECK(source.reads == 5);
  read_all_bytes_of(3, 1);
  CHECK(source.reads == 6);
}

TEST_CASE("a range of no bytes is read at every offset up to the end") {
  TestImage image({.guest_clusters = 4});
  for (std::uint64_t g = 0; g < 4; ++g) image.put_stream(g, image.end(), run(1));  // all of them broken
  for (const std::uint64_t offset : {0u, 1u, 512u, 2047u, 2048u}) {
    CHECK(outcome(read_range(image, offset, 0)) == "accepted");
  }
}

TEST_CASE("a read that is refused says so whichever part of the range is broken") {
  for (std::uint64_t broken = 0; broken < 4; ++broken) {
    TestImage image({.guest_clusters = 4});
    for (std::uint64_t g = 0; g < 4; ++g) image.put_stream(g, image.end(), run(g == broken ? 511 : 512));
    const auto refused = read_range(image, 0, 2048);
    CHECK(outcome(refused) == "decompress: incomplete-refused");
    CHECK(refused.error().where.guest_offset == broken * 512);
  }
}

}  // namespace
}  // namespace qcow2::test
