// The compressed cluster descriptor: its two fields, the extent, and the reading before the correction.
#include "format/descriptor.hpp"

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators_range.hpp>
#include <random>

namespace qcow2 {
namespace {

// The thread's entry 34: 512-byte clusters, 15 bytes at 3070, the last two bytes of one sector and 13 of the next.
constexpr std::uint64_t thread_entry = 0x6000000000000bfe;
static_assert(decode_descriptor(thread_entry, 9) == Descriptor{{3070}, 1});
static_assert(sector_count({{3070}, 1}) == 2);
static_assert(available_bytes({{3070}, 1}) == 514);
static_assert(extent_end({{3070}, 1}) == HostOffset{3584});
static_assert(encode_descriptor({{3070}, 1}, 9) == thread_entry);
static_assert(covering({3070}, 15) == Descriptor{{3070}, 1});

// QEMU's test 214: 2 MiB clusters, two streams of 5 sectors each, the second behind the first.
static_assert(decode_descriptor(0x4008000000a00000, 21) == Descriptor{{0xa00000}, 4});
static_assert(decode_descriptor(0x4008000000a00802, 21) == Descriptor{{0xa00802}, 4});
static_assert(available_bytes({{0xa00000}, 4}) == 2560);
static_assert(available_bytes({{0xa00802}, 4}) == 2558);
static_assert(decode_descriptor(0x4006000000a00000, 21) == Descriptor{{0xa00000}, 3});     // one sector fewer
static_assert(decode_descriptor(0x7ffe000000a00000, 21) == Descriptor{{0xa00000}, 8191});  // as many as can be
static_assert(available_bytes({{0xa00000}, 8191}) == 4194304);

const auto all_cluster_bits = [] { return Catch::Generators::range(cluster_bits_min, cluster_bits_max + 1); };

TEST_CASE("a descriptor with no additional sectors ends at its own sector") {
  const unsigned cluster_bits = GENERATE(all_cluster_bits());
  for (const std::uint64_t offset : {0u, 1u, 255u, 256u, 510u, 511u, 512u, 0xbfeu}) {
    CAPTURE(cluster_bits, offset);
    const Descriptor descriptor = decode_descriptor(compressed_flag | offset, cluster_bits);
    CHECK(descriptor == Descriptor{{offset}, 0});
    CHECK(extent_end(descriptor).value == (offset / 512 + 1) * 512);
    CHECK(available_bytes(descriptor) >= 1);
  }
}

TEST_CASE("the fields are what division by powers of two gives") {
  const unsigned cluster_bits = GENERATE(all_cluster_bits());
  std::mt19937_64 random(cluster_bits);
  for (int i = 0; i < 2000; ++i) {
    const std::uint64_t entry = random();
    CAPTURE(cluster_bits, entry);
    const auto [host_offset, additional_sectors] = decode_descriptor(entry, cluster_bits);
    std::uint64_t offset_end = 1;  // 2 to the power of x
    for (unsigned bit = 0; bit < 70 - cluster_bits; ++bit) offset_end *= 2;
    std::uint64_t size_end = 1;  // 2 to the power of 62 - x
    for (unsigned bit = 8; bit < cluster_bits; ++bit) size_end *= 2;
    REQUIRE(host_offset.value == entry % offset_end);
    REQUIRE(additional_sectors == entry / offset_end % size_end);
  }
}

TEST_CASE("bits 62 and 63 are part of neither field") {
  const unsigned cluster_bits = GENERATE(all_cluster_bits());
  CAPTURE(cluster_bits);
  CHECK(decode_descriptor(0xc000000000000000, cluster_bits) == Descriptor{{0}, 0});
  const Descriptor all_ones = decode_descriptor(0x3fffffffffffffff, cluster_bits);
  CHECK(all_ones == decode_descriptor(~std::uint64_t{0}, cluster_bits));
  CHECK(all_ones.additional_sectors == additional_sectors_max(cluster_bits));
}

TEST_CASE("decoding and encoding are each other's inverse on all legal descriptors") {
  const unsigned cluster_bits = GENERATE(all_cluster_bits());
  std::mt19937_64 random(cluster_bits + 100);
  for (int i = 0; i < 2000; ++i) {
    const Descriptor descriptor{{random() % (host_offset_max(cluster_bits).value + 1)},
                                random() % (additional_sectors_max(cluster_bits) + 1)};
    CAPTURE(cluster_bits, descriptor.host_offset.value, descriptor.additional_sectors);
    const auto entry = encode_descriptor(descriptor, cluster_bits);
    REQUIRE(entry.has_value());
    REQUIRE(*entry >> 62 == 1);  // bit 62 set, bit 63 clear
    REQUIRE(decode_descriptor(*entry, cluster_bits) == descriptor);
  }
}

TEST_CASE("what does not fit the fields is not encoded") {
  const unsigned cluster_bits = GENERATE(all_cluster_bits());
  CAPTURE(cluster_bits);
  const HostOffset offset_max = host_offset_max(cluster_bits);
  const std::uint64_t n_max = additional_sectors_max(cluster_bits);
  CHECK(encode_descriptor({offset_max, n_max}, cluster_bits).has_value());
  CHECK_FALSE(encode_descriptor({offset_max + 1, 0}, cluster_bits).has_value());
  CHECK_FALSE(encode_descriptor({{~std::uint64_t{0}}, 0}, cluster_bits).has_value());
  CHECK_FALSE(encode_descriptor({{0}, n_max + 1}, cluster_bits).has_value());
}

TEST_CASE("a legal host offset has no bit above 55") {
  const unsigned cluster_bits = GENERATE(all_cluster_bits());
  CAPTURE(cluster_bits);
  CHECK(host_offset_max(cluster_bits).value >> 56 == 0);
}

TEST_CASE("a stream of at most a cluster fits from every offset, and not by the reading before the correction") {
  const unsigned cluster_bits = GENERATE(all_cluster_bits());
  const std::uint64_t cluster_size = std::uint64_t{1} << cluster_bits;
  for (std::uint64_t offset = 0; offset < 512; ++offset) {
    const Descriptor least = covering({offset}, cluster_size);
    CAPTURE(cluster_bits, offset, least.additional_sectors);
    REQUIRE(encode_descriptor(least, cluster_bits).has_value());
    REQUIRE(available_bytes(least) >= cluster_size);
  }
  // A field of one bit fewer that counts sectors from 1 on holds cluster_size / 512 - 1 at the most.
  const before_correction::Reading most{{510}, cluster_size / 512 - 1};
  CHECK(before_correction::available_bytes_as_count(most) < cluster_size);
}

TEST_CASE("the covering descriptor is the least that covers") {
  const unsigned cluster_bits = GENERATE(all_cluster_bits());
  std::mt19937_64 random(cluster_bits + 200);
  for (int i = 0; i < 2000; ++i) {
    const HostOffset host_offset{random() % (std::uint64_t{1} << 40)};
    const std::uint64_t length = 1 + random() % (std::uint64_t{1} << cluster_bits);
    const Descriptor least = covering(host_offset, length);
    CAPTURE(cluster_bits, host_offset.value, length, least.additional_sectors);
    REQUIRE(available_bytes(least) >= length);
    if (least.additional_sectors == 0) continue;
    REQUIRE(available_bytes({host_offset, least.additional_sectors - 1}) < length);
  }
}

// Before the correction bit x belonged to the offset. In the thread's entry it is the whole size field.
static_assert(before_correction::decode(thread_entry, 9).host_offset == HostOffset{0x2000000000000bfe});
static_assert(before_correction::decode(thread_entry, 9).size_field == 0);
static_assert(before_correction::available_bytes_as_count(before_correction::decode(thread_entry, 9)) == 0);
static_assert(before_correction::available_bytes_as_additional(before_correction::decode(thread_entry, 9)) == 2);

// Of an even field it read half, of an odd one an offset beyond all files.
static_assert(before_correction::decode(0x4008000000a00000, 21).host_offset == HostOffset{0xa00000});
static_assert(before_correction::decode(0x4008000000a00000, 21).size_field == 2);
static_assert(before_correction::decode(0x4006000000a00000, 21).host_offset == HostOffset{0x2000000a00000});
static_assert(before_correction::decode(0x4006000000a00000, 21).size_field == 1);

TEST_CASE("the reading before the correction moves one bit from the size field to the offset") {
  const unsigned cluster_bits = GENERATE(all_cluster_bits());
  std::mt19937_64 random(cluster_bits + 300);
  for (int i = 0; i < 2000; ++i) {
    const std::uint64_t entry = random();
    CAPTURE(cluster_bits, entry);
    const Descriptor now = decode_descriptor(entry, cluster_bits);
    const auto before = before_correction::decode(entry, cluster_bits);
    const std::uint64_t moved = now.additional_sectors % 2 << host_offset_bits(cluster_bits);
    REQUIRE(before.host_offset.value == (now.host_offset.value | moved));
    REQUIRE(before.size_field == now.additional_sectors / 2);
  }
}

TEST_CASE("no length is too large to be covered") {
  constexpr std::uint64_t most = ~std::uint64_t{0};
  CHECK(covering({0}, most).additional_sectors == most / 512);
  CHECK(covering({511}, most).additional_sectors == most / 512 + 1);
  CHECK_FALSE(encode_descriptor(covering({511}, most), 9));
}

}  // namespace
}  // namespace qcow2
