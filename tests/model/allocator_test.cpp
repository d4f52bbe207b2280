// Places in a new image: nothing stands on anything else, and every host cluster is counted as often as it is used.
#include "write/allocator.hpp"

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators_range.hpp>
#include <map>
#include <random>

namespace qcow2::test {
namespace {

/// What was given out: its end, by its beginning.
class Taken {
 public:
  void take(HostOffset offset, std::uint64_t length) {
    const auto next = taken_.lower_bound(offset.value);
    if (next != taken_.end()) REQUIRE(offset.value + length <= next->first);
    if (next != taken_.begin()) REQUIRE(std::prev(next)->second <= offset.value);
    taken_[offset.value] = offset.value + length;
    references_.add(offset, length);
  }
  const References& references() const { return references_; }

 private:
  std::map<std::uint64_t, std::uint64_t> taken_;
  References references_{9};
};

TEST_CASE("streams, clusters and refcount blocks never overlap, and are counted") {
  const auto order = static_cast<unsigned>(GENERATE(range(0, 7)));
  CAPTURE(order);
  Allocator allocator(9, order);
  Taken taken;
  std::minstd_rand chance(order);
  std::size_t blocks = 0;
  for (int i = 0; i < 3000; ++i) {
    const bool cluster = chance() % 4 == 0;
    // Streams that end on a cluster's border are the hard ones: what is behind them may be anybody's.
    const std::uint64_t length = cluster ? 512 : 1 + chance() % (chance() % 2 == 0 ? 511 : 16) * 16 % 511;
    taken.take(cluster ? allocator.clusters(1) : allocator.stream(length), length);
    for (; blocks < allocator.refcount_blocks().size(); ++blocks) taken.take(allocator.refcount_blocks()[blocks], 512);
  }
  CHECK(blocks * refcount_block_entries(9, order) >= allocator.end_cluster());
  for (std::uint64_t host_cluster = 0; host_cluster < allocator.end_cluster(); ++host_cluster) {
    const std::uint64_t references = allocator.references().at(host_cluster);
    if (references != taken.references().at(host_cluster) || references > refcount_max(order)) FAIL(host_cluster);
  }
}

TEST_CASE("the file can end where its last stream does") {
  Allocator allocator(9, 4);
  allocator.clusters(1);
  allocator.stream(100);
  CHECK(allocator.end().value % 512 == 100);
  allocator.stream(412);
  CHECK(allocator.end().value == allocator.end_cluster() * 512);
  allocator.stream(3);
  allocator.clusters(1);
  CHECK(allocator.end().value == allocator.end_cluster() * 512);
}

}  // namespace
}  // namespace qcow2::test
