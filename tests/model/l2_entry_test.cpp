// One L2 entry: its kind, what a stretch of its cluster is, and which rules it breaks.
#include "format/l2_entry.hpp"

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <catch2/generators/catch_generators_range.hpp>

#include "bytes.hpp"

namespace qcow2::test {
namespace {

constexpr EntryFormat v3{.cluster_bits = 16};
constexpr EntryFormat v2{.cluster_bits = 16, .version = 2};
constexpr EntryFormat with_data_file{.cluster_bits = 16, .external_data = true};

Result<Stretch> stretch(std::uint64_t entry, const EntryFormat& format = v3, std::uint64_t offset_in_cluster = 0) {
  return stretch_at({entry}, offset_in_cluster, format, {});
}

template <class T>
T mapping(std::uint64_t entry, const EntryFormat& format = v3, std::uint64_t offset_in_cluster = 0) {
  return std::get<T>(stretch(entry, format, offset_in_cluster).value().mapping);
}

std::string broken_rules(std::uint64_t entry, const EntryFormat& format = v3, std::uint64_t bitmap = 0) {
  std::string slugs;
  for (const Violation& violation : violations({entry, bitmap}, format, {})) {
    slugs += (slugs.empty() ? "" : " ") + std::string(violation.rule.slug);
  }
  return slugs;
}

TEST_CASE("bit 62 is tested before anything of a standard entry") {
  const auto cluster_bits = GENERATE(Catch::Generators::range(9u, 22u));
  CAPTURE(cluster_bits);
  for (const std::uint32_t version : {2u, 3u}) {
    const EntryFormat format{.cluster_bits = cluster_bits, .version = version};
    // Bit 0 is an offset's lowest bit, and no offset is unaligned.
    for (const std::uint64_t offset : {0u, 1u, 3u, 511u, 0x201u, 0x12345u}) {
      const auto compressed = mapping<Compressed>(compressed_flag | offset, format);
      CHECK(compressed.descriptor == Descriptor{{offset}, 0});
      CHECK(broken_rules(compressed_flag | offset, format).empty());
    }
  }
}

TEST_CASE("entry 0 is unallocated") {
  CHECK(kind({0}, v3) == Kind::unallocated);
  CHECK_FALSE(mapping<Unallocated>(0).preallocated.has_value());
  CHECK(mapping<Unallocated>(copied_flag).preallocated == std::nullopt);  // no offset, whatever bit 63 says
}

TEST_CASE("a standard entry names the place of its bytes") {
  CHECK(mapping<Standard>(copied_flag | 0x50000).host_offset == HostOffset{0x50000});
  CHECK(mapping<Standard>(0x50000, v3, 0x123).host_offset == HostOffset{0x50123});
  CHECK(stretch(0x50000, v3, 0x123).value().length == 65536 - 0x123);
  CHECK(mapping<Standard>(0x00ffffffffff0000).host_offset == HostOffset{0x00ffffffffff0000});
}

TEST_CASE("reserved bits of a standard entry do not change its place, and are a violation") {
  for (const unsigned bit : {1u, 2u, 7u, 8u, 56u, 57u, 60u, 61u}) {
    const std::uint64_t entry = 0x50000 | std::uint64_t{1} << bit;
    CAPTURE(bit);
    CHECK(mapping<Standard>(entry).host_offset == HostOffset{0x50000});
    CHECK(broken_rules(entry) == "reserved-bits");
  }
}

TEST_CASE("a standard entry that is not aligned to a cluster is refused") {
  const auto cluster_bits = GENERATE(Catch::Generators::range(10u, 22u));
  const EntryFormat format{.cluster_bits = cluster_bits};
  CAPTURE(cluster_bits);
  for (unsigned bit = 9; bit < 56; ++bit) {
    CAPTURE(bit);
    CHECK(outcome(stretch(std::uint64_t{1} << bit, format)) ==
          (bit < cluster_bits ? "descriptor: standard-cluster" : "accepted"));
  }
  CHECK(outcome(stretch(std::uint64_t{1} << (cluster_bits - 1) | 1, format)) == "descriptor: standard-cluster");
}

TEST_CASE("bit 0 of a standard entry is a zero cluster in version 3 and nothing in version 2") {
  CHECK(kind({1}, v3) == Kind::zero);
  CHECK(mapping<Zero>(1).preallocated == std::nullopt);
  CHECK(mapping<Zero>(copied_flag | 0x50001, v3, 0x10).preallocated == HostOffset{0x50010});
  CHECK(outcome(stretch(1, v2)) == "descriptor: zero-cluster-v2");
  CHECK(outcome(stretch(0x50001, v2)) == "descriptor: zero-cluster-v2");
}

TEST_CASE("a compressed entry with bit 63 reads, and is a violation") {
  CHECK(mapping<Compressed>(copied_flag | compressed_flag | 0x123).descriptor == Descriptor{{0x123}, 0});
  CHECK(broken_rules(copied_flag | compressed_flag | 0x123) == "copied-flag-clear");
}

TEST_CASE("offset bits above 55 of a compressed entry are refused where they exist") {
  const auto cluster_bits = GENERATE(Catch::Generators::range(9u, 22u));
  const EntryFormat format{.cluster_bits = cluster_bits};
  for (unsigned bit = 0; bit < 62; ++bit) {
    const std::uint64_t entry = compressed_flag | std::uint64_t{1} << bit;
    const bool refused = bit >= 56 && bit < host_offset_bits(cluster_bits);
    CAPTURE(cluster_bits, bit);
    CHECK(outcome(stretch(entry, format)) == (refused ? "descriptor: offset-above-bit-55" : "accepted"));
    CHECK(broken_rules(entry, format) == (refused ? "offset-above-bit-55" : ""));
  }
}

TEST_CASE("a stretch of a compressed cluster remembers where in the cluster it begins") {
  const auto compressed = mapping<Compressed>(compressed_flag | 0x123, v3, 0xfff);
  CHECK(compressed.offset_in_cluster == 0xfff);
  CHECK(stretch(compressed_flag | 0x123, v3, 0xfff).value().length == 65536 - 0xfff);
}

TEST_CASE("beside an external data file nothing is compressed, and offset 0 may be an offset") {
  CHECK(outcome(stretch(compressed_flag | 0x123, with_data_file)) == "descriptor: external-data-file");
  CHECK(broken_rules(compressed_flag | 0x123, with_data_file) == "external-data-file");
  CHECK(mapping<Standard>(copied_flag, with_data_file, 5).host_offset == HostOffset{5});
  CHECK(std::holds_alternative<Unallocated>(stretch(0, with_data_file).value().mapping));
}

TEST_CASE("a refusal names the entry") {
  const Where where{.l1_index = 3, .l2_index = 7, .guest_offset = 0x70000};
  const auto refused = stretch_at({0x50200}, 0, v3, where);
  REQUIRE_FALSE(refused);
  CHECK(refused.error().where.l1_index == 3u);
  CHECK(refused.error().where.l2_index == 7u);
  CHECK(describe(refused.error()) ==
        "descriptor: standard-cluster: host_offset 0x50200 of a standard cluster is not aligned to a cluster (at "
        "guest_offset 0x70000, l1_index 3, l2_index 7)");
}

}  // namespace
}  // namespace qcow2::test
