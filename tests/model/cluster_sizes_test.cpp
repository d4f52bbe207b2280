// The table of all 13 cluster sizes: once as it follows from the format's text, once as the generators have it.
#include <array>
#include <catch2/catch_test_macros.hpp>
#include <fstream>
#include <nlohmann/json.hpp>

#include "format/descriptor.hpp"

namespace qcow2 {
namespace {

struct ClusterSize {
  unsigned cluster_bits;
  std::uint64_t cluster_size;
  unsigned host_offset_bits;
  unsigned additional_sectors_bits;
  std::uint64_t additional_sectors_max;
  std::uint64_t available_bytes_max;
  std::uint64_t host_offset_max;
};

constexpr std::array<ClusterSize, 13> cluster_sizes{{
    {9, 512, 61, 1, 1, 1024, 0xffffffffffffff},
    {10, 1024, 60, 2, 3, 2048, 0xffffffffffffff},
    {11, 2048, 59, 3, 7, 4096, 0xffffffffffffff},
    {12, 4096, 58, 4, 15, 8192, 0xffffffffffffff},
    {13, 8192, 57, 5, 31, 16384, 0xffffffffffffff},
    {14, 16384, 56, 6, 63, 32768, 0xffffffffffffff},
    {15, 32768, 55, 7, 127, 65536, 0x7fffffffffffff},
    {16, 65536, 54, 8, 255, 131072, 0x3fffffffffffff},
    {17, 131072, 53, 9, 511, 262144, 0x1fffffffffffff},
    {18, 262144, 52, 10, 1023, 524288, 0xfffffffffffff},
    {19, 524288, 51, 11, 2047, 1048576, 0x7ffffffffffff},
    {20, 1048576, 50, 12, 4095, 2097152, 0x3ffffffffffff},
    {21, 2097152, 49, 13, 8191, 4194304, 0x1ffffffffffff},
}};

constexpr bool holds(const ClusterSize& row) {
  const std::uint64_t n_max = additional_sectors_max(row.cluster_bits);
  return std::uint64_t{1} << row.cluster_bits == row.cluster_size &&                  //
         host_offset_bits(row.cluster_bits) == row.host_offset_bits &&                //
         additional_sectors_bits(row.cluster_bits) == row.additional_sectors_bits &&  //
         n_max == row.additional_sectors_max &&                                       //
         available_bytes({{0}, n_max}) == row.available_bytes_max &&                  //
         host_offset_max(row.cluster_bits).value == row.host_offset_max;
}

constexpr bool all_hold() {
  unsigned cluster_bits = cluster_bits_min;
  for (const ClusterSize& row : cluster_sizes) {
    if (row.cluster_bits != cluster_bits++ || !holds(row)) return false;
  }
  return cluster_bits == cluster_bits_max + 1;
}

static_assert(all_hold());

std::uint64_t number(const nlohmann::json& value) {
  return value.is_string() ? std::stoull(value.get<std::string>(), nullptr, 0) : value.get<std::uint64_t>();
}

TEST_CASE("the generators have the same table of cluster sizes as the model") {
  std::ifstream file(QCOW2_CONFORM_CLUSTER_SIZES);
  INFO("the table of the generators: " << QCOW2_CONFORM_CLUSTER_SIZES);
  REQUIRE(file.is_open());
  const auto table = nlohmann::json::parse(file);
  const auto& rows = table.is_array() ? table : table.at("rows");
  REQUIRE(rows.size() == cluster_sizes.size());
  for (std::size_t i = 0; i < cluster_sizes.size(); ++i) {
    const ClusterSize& ours = cluster_sizes[i];
    const nlohmann::json& theirs = rows[i];
    CAPTURE(ours.cluster_bits, theirs.dump());
    CHECK(number(theirs.at("cluster_bits")) == ours.cluster_bits);
    CHECK(number(theirs.at("cluster_size")) == ours.cluster_size);
    CHECK(number(theirs.at("host_offset_bits")) == ours.host_offset_bits);
    CHECK(number(theirs.at("additional_sectors_bits")) == ours.additional_sectors_bits);
    CHECK(number(theirs.at("additional_sectors_max")) == ours.additional_sectors_max);
    CHECK(number(theirs.at("available_bytes_max")) == ours.available_bytes_max);
    CHECK(number(theirs.at("host_offset_max")) == ours.host_offset_max);
  }
}

}  // namespace
}  // namespace qcow2
