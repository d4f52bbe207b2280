// Extended L2 entries: the bitmap decides subcluster by subcluster, and says nothing of compressed clusters.
#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <catch2/generators/catch_generators_range.hpp>

#include "deflate_bits.hpp"
#include "test_image.hpp"

namespace qcow2::test {
namespace {

constexpr EntryFormat extended{.cluster_bits = 16, .extended = true};  // subclusters of 2 KiB
constexpr std::uint64_t host = 0x50000;

constexpr std::uint64_t allocated(unsigned subcluster) { return std::uint64_t{1} << subcluster; }
constexpr std::uint64_t zero(unsigned subcluster) { return std::uint64_t{1} << (32 + subcluster); }

Result<Stretch> stretch(std::uint64_t entry, std::uint64_t bitmap, std::uint64_t offset_in_cluster) {
  return stretch_at({entry, bitmap}, offset_in_cluster, extended, {});
}

TEST_CASE("each subcluster is allocated, zero or unallocated by its own two bits") {
  for (unsigned i = 0; i < 32; ++i) {
    const std::uint64_t at = 2048 * i + 5;
    CAPTURE(i);
    const auto data = stretch(host, allocated(i), at).value();
    CHECK(std::get<Standard>(data.mapping).host_offset == HostOffset{host + at});
    CHECK(data.length == 2048 - 5);
    const auto zeros = stretch(host, zero(i), at).value();
    CHECK(std::get<Zero>(zeros.mapping).preallocated == HostOffset{host + at});
    CHECK(zeros.length == 2048 - 5);
    const auto nothing = stretch(host, ~(allocated(i) | zero(i)) >> 32 << 32, at).value();
    CHECK(std::holds_alternative<Unallocated>(nothing.mapping));
    CHECK(nothing.length == 2048 - 5);
  }
}

TEST_CASE("subclusters that are alike are one stretch") {
  const std::uint64_t bitmap = allocated(1) | allocated(2) | zero(3) | zero(4) | zero(5);
  CHECK(stretch(host, bitmap, 0).value().length == 2048);
  CHECK(stretch(host, bitmap, 2048).value().length == 2 * 2048);
  CHECK(stretch(host, bitmap, 3 * 2048 + 1).value().length == 3 * 2048 - 1);
  CHECK(stretch(host, bitmap, 6 * 2048).value().length == 26 * 2048);
}

TEST_CASE("a subcluster both allocated and zero is refused, wherever in the cluster one reads") {
  for (unsigned i = 0; i < 32; ++i) {
    CHECK(outcome(stretch(host, allocated(i) | zero(i), 0)) == "descriptor: extended-l2-alloc-and-zero");
    CHECK(outcome(stretch(host, allocated(i) | zero(i), 31 * 2048)) == "descriptor: extended-l2-alloc-and-zero");
  }
}

TEST_CASE("an allocated subcluster without a host cluster is refused") {
  CHECK(outcome(stretch(0, allocated(4), 0)) == "descriptor: extended-l2-alloc-without-offset");
  CHECK(outcome(stretch(0, zero(4), 4 * 2048)) == "accepted");
}

TEST_CASE("bit 0 of the entry is no zero flag, and is a violation") {
  CHECK(std::holds_alternative<Unallocated>(stretch(1, 0, 0).value().mapping));
  CHECK(std::holds_alternative<Standard>(stretch(host | 1, allocated(0), 0).value().mapping));
  CHECK(violations({host | 1, allocated(0)}, extended, {}).at(0).rule == rule::reserved_bits);
}

TEST_CASE("a bitmap beside a compressed entry changes nothing, and is a violation") {
  for (const std::uint64_t bitmap : {std::uint64_t{1}, allocated(0) | zero(0), ~std::uint64_t{0}}) {
    const auto compressed = stretch(compressed_flag | 0x123, bitmap, 7).value();
    CHECK(std::get<Compressed>(compressed.mapping).descriptor == Descriptor{{0x123}, 0});
    CHECK(compressed.length == 65536 - 7);
    CHECK(violations({compressed_flag | 0x123, bitmap}, extended, {}).at(0).rule == rule::extended_l2_bitmap);
  }
}

TEST_CASE("an image with extended L2 entries reads subclusters of every kind beside compressed clusters") {
  const auto cluster_bits = GENERATE(Catch::Generators::range(14u, 22u));
  CAPTURE(cluster_bits);
  // So many clusters that the second L2 table is needed, whose tables hold half as many entries.
  TestImage image({.cluster_bits = cluster_bits, .extended = true, .guest_clusters = (1u << cluster_bits) / 16 + 1});
  const std::size_t size = image.cluster_size();
  const std::uint64_t last = image.l2_entries();
  const Bytes data = pattern(size, 5);
  const std::uint64_t host_offset = image.put_standard(0, data);
  image.put_l2_entry(0, copied_flag | host_offset, allocated(0) | allocated(31) | zero(1));
  image.put_stream(1, image.end() + 1, run(size));
  image.put_stream(last, image.end() + 510, run(size, final, 'z'));

  const Bytes backing_bytes = pattern(3 * size, 6);
  const MemorySource backing_source(backing_bytes);
  const RawGuest backing(backing_source);
  const std::size_t sub = size / 32;
  const Bytes first = read_cluster(image, 0, &backing).value();
  CHECK(part(first, 0, sub) == part(data, 0, sub));
  CHECK(part(first, sub, sub) == filled(sub, 0));
  CHECK(part(first, 2 * sub, 29 * sub) == part(backing_bytes, 2 * sub, 29 * sub));
  CHECK(part(first, 31 * sub, sub) == part(data, 31 * sub, sub));
  CHECK(read_cluster(image, 1, &backing).value() == filled(size, 'A'));
  CHECK(read_cluster(image, last, &backing).value() == filled(size, 'z'));
}

}  // namespace
}  // namespace qcow2::test
