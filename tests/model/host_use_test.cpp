// Counting what uses each host cluster, and the counts that are stored: cluster by cluster and in runs the same.
#include "check/host_use.hpp"

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators_range.hpp>

#include "format/refcount.hpp"
#include "test_image.hpp"

namespace qcow2::test {
namespace {

TEST_CASE("spans are covered as often as they overlap") {
  Spans spans;
  spans.add(10, 20);
  spans.add(15, 30, 4);
  spans.add(40, 40);
  const auto runs = spans.runs();
  REQUIRE(runs.size() == 3);
  CHECK((runs[0].begin == 10 && runs[0].end == 15 && runs[0].times == 1));
  CHECK((runs[1].begin == 15 && runs[1].end == 20 && runs[1].times == 5));
  CHECK((runs[2].begin == 20 && runs[2].end == 30 && runs[2].times == 4));
}

TEST_CASE("a reference counts for every host cluster that it touches") {
  References references(9);
  references.add({1023}, 1);
  references.add({1023}, 2);
  references.add({1023}, 514);
  CHECK(references.at(1) == 3);
  CHECK(references.at(2) == 2);
  CHECK(references.at(3) == 1);
  CHECK(references.at(0) == 0);
  CHECK(references.at(4) == 0);
  CHECK(references.end() == 4);
}

TEST_CASE("more references than 32 bits count are counted") {
  constexpr std::uint64_t most = 0xffffffff;
  References references(9);
  references.add({0}, 1024, most - 1);
  CHECK(references.at(0) == most - 1);
  references.add({0}, 1);
  CHECK(references.at(0) == most);
  references.add({0}, 1024, most);
  CHECK(references.at(0) == 2 * most);
  CHECK(references.at(1) == 2 * most - 1);
  CHECK(references.run_at(0).end == 1);
}

TEST_CASE("a run of references ends where the count changes") {
  References references(9);
  references.add({100 * 512}, 30 * 512);
  CHECK(references.run_at(0).end <= 100);
  CHECK(references.run_at(0).count == 0);
  CHECK(references.run_at(100).count == 1);
  for (std::uint64_t cluster = 0; cluster < 200; cluster = references.run_at(cluster).end) {
    const CountRun run = references.run_at(cluster);
    for (std::uint64_t i = cluster; i < std::min<std::uint64_t>(run.end, 200); ++i) {
      CHECK(references.at(i) == run.count);
    }
  }
}

TEST_CASE("tables and data are told apart, and counted together") {
  HostUse use(9);
  use.add_table({512}, 1000);
  use.add_data({1024}, 10, 3);
  const auto both = use.run_at(2);
  CHECK((both.table && both.references == 4));
  CHECK(use.at(0) == 0);
  CHECK(use.at(1) == 1);
  CHECK(use.at(3) == 0);
  CHECK(use.end() == 3);
  CHECK(use.run_at(1).table);
}

TEST_CASE("what is added to a copy is not added to the original") {
  References original(9);
  original.add({0}, 1);
  References copy = original;
  copy.add({0}, 1);
  CHECK(original.at(0) == 1);
  CHECK(copy.at(0) == 2);
  copy = original;
  copy.add({512}, 1);
  CHECK(original.at(1) == 0);
  CHECK(copy.at(0) == 1);
}

TEST_CASE("a run ends where tables of one host cluster begin and end") {
  HostUse use(9);
  use.add_data({0}, 10 * 512);
  use.add_table({10 * 512}, 512);
  use.add_table({11 * 512}, 1);
  use.add_data({12 * 512}, 512);
  use.add_table({12 * 512}, 512, 2);
  const auto data = use.run_at(0);
  CHECK((!data.table && data.references == 1 && data.end == 10));
  const auto tables = use.run_at(10);
  CHECK((tables.table && tables.references == 1 && tables.end == 12));
  const auto both = use.run_at(12);
  CHECK((both.table && both.references == 3 && both.end == 13));
}

/// An image whose refcount table is cluster `table`, and whose one block is the next.
TestImage with_refcounts(unsigned order, const Bytes& counts) {
  TestImage image({.guest_clusters = 64});
  const std::uint64_t table = image.end();
  image.put64(48, table);
  image.put32(56, 1);
  image.put32(96, order);
  image.put(table, filled(1024, 0));
  image.put64(table + 16, table + 512);  // the block of the third stretch of host clusters
  image.put(table + 512, counts);
  return image;
}

TEST_CASE("stored refcounts are the same one by one and in runs") {
  const auto order = static_cast<unsigned>(GENERATE(range(0, 7)));
  CAPTURE(order);
  Bytes counts = pattern(512, order);
  std::ranges::fill(std::span(counts).subspan(100, 300), std::byte{0});
  const TestImage image = with_refcounts(order, counts);
  const MemorySource source(image.bytes());
  const Image opened = open_image(source).value();
  StoredRefcounts stored(opened);
  const std::uint64_t entries = refcount_block_entries(9, order);
  std::uint64_t cluster = 0;
  while (cluster < 4 * entries) {
    const CountRun run = stored.run_at(cluster);
    REQUIRE(run.end > cluster);
    for (; cluster < std::min(run.end, 4 * entries); ++cluster) {
      const bool counted = cluster / entries == 2;
      const std::uint64_t expected = counted ? load_refcount(counts, cluster % entries, order) : 0;
      if (stored.at(cluster) != expected || run.count != expected) FAIL("host cluster " << cluster);
    }
  }
  CHECK(stored.next_entry(0) == 2);
  CHECK(stored.next_entry(3) == stored.table_entries());
}

TEST_CASE("a host cluster beyond the refcount table has refcount 0") {
  const std::uint64_t block = with_refcounts(4, {}).end() - 512;  // the cluster after the table
  Bytes counts = filled(512, 1);
  store_big_endian(std::span(counts), 0, block);  // taken for an entry of the table, it names a block
  const TestImage image = with_refcounts(4, counts);
  const MemorySource source(image.bytes());
  const Image opened = open_image(source).value();
  StoredRefcounts stored(opened);
  const std::uint64_t entries = refcount_block_entries(9, 4);
  CHECK(stored.at(2 * entries + 8) == 0x0101);
  CHECK(stored.at(stored.table_entries() * entries + 8) == 0);
}

}  // namespace
}  // namespace qcow2::test
