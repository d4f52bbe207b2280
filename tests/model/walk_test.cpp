// From the header's L1 table over an L2 table to an entry: places, lengths, and what is refused on the way.
#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <catch2/generators/catch_generators_range.hpp>
#include <map>

#include "test_image.hpp"

namespace qcow2::test {
namespace {

/// A file that is all zeros but for a few stretches, and counts what is asked of it.
class SparseSource final : public ByteSource {
 public:
  explicit SparseSource(std::uint64_t size) : size_(size) {}
  std::uint64_t size() const override { return size_; }
  std::size_t read_at(HostOffset offset, std::span<std::byte> out) const override {
    if (offset.value >= size_) return 0;
    const auto count = static_cast<std::size_t>(std::min<std::uint64_t>(out.size(), size_ - offset.value));
    bytes_read += count;
    for (std::size_t i = 0; i < count; ++i) {
      const auto found = bytes_.find(offset.value + i);
      out[i] = found == bytes_.end() ? std::byte{0} : found->second;
    }
    return count;
  }
  /// Holes, to the grain of 4096 bytes.
  HostOffset next_data(HostOffset offset) const override {
    const auto next = bytes_.lower_bound(offset.value / 4096 * 4096);
    return {next == bytes_.end() ? size_ : std::max(offset.value, next->first / 4096 * 4096)};
  }
  void put(std::uint64_t offset, const Bytes& bytes) {
    for (const std::byte byte : bytes) bytes_[offset++] = byte;
  }
  void put64(std::uint64_t offset, std::uint64_t value) {
    Bytes bytes(8);
    store_big_endian(std::span(bytes), 0, value);
    put(offset, bytes);
  }

  mutable std::uint64_t bytes_read = 0;

 private:
  std::uint64_t size_;
  std::map<std::uint64_t, std::byte> bytes_;
};

/// An image of 2 MiB clusters whose file has 1 TiB, and whose disk ends at `virtual_size`.
SparseSource huge_image(std::uint64_t virtual_size, std::uint32_t l1_size) {
  TestImage small({.cluster_bits = 21, .guest_clusters = 0});
  small.put64(field::size, virtual_size);
  small.put32(field::l1_size, l1_size);
  SparseSource source(std::uint64_t{1} << 40);
  source.put(0, part(small.bytes(), 0, 112));
  return source;
}

TEST_CASE("an entry stands where the formulas of the text say") {
  const auto cluster_bits = GENERATE(Catch::Generators::range(9u, 22u));
  const std::uint64_t l2_entries = (std::uint64_t{1} << cluster_bits) / 8;
  TestImage image({.cluster_bits = cluster_bits, .guest_clusters = 2 * l2_entries});
  for (const std::uint64_t g : {std::uint64_t{0}, std::uint64_t{1}, std::uint64_t{34}, l2_entries - 1, l2_entries,
                                l2_entries + 1, 2 * l2_entries - 1}) {
    CAPTURE(cluster_bits, g);
    const std::uint64_t entry = copied_flag | (g + 1) << 22;
    image.put64(image.l2_table(g / l2_entries) + 8 * (g % l2_entries), entry);
    const MemorySource source(image.bytes());
    const Image opened = open_image(source).value();
    Walk walk(opened);
    const GuestOffset last_byte{((g + 1) << cluster_bits) - 1};
    CHECK(walk.entry_at(last_byte).value()->entry == entry);
    const Piece piece = walk.at({g << cluster_bits}).value();
    CHECK(piece.length == image.cluster_size());
    CHECK(piece.where.l1_index == g / l2_entries);
    CHECK(piece.where.l2_index == g % l2_entries);
    CHECK(std::get<Standard>(piece.mapping).host_offset == HostOffset{(g + 1) << 22});
    CHECK(walk.at(last_byte).value().length == 1);
  }
}

TEST_CASE("a walk in any order finds what one from the start finds") {
  TestImage image({.guest_clusters = 200});
  for (std::uint64_t g = 0; g < 200; ++g) image.put_l2_entry(g, copied_flag | (g + 1) * 512);
  const MemorySource source(image.bytes());
  const Image opened = open_image(source).value();
  Walk walk(opened);
  for (std::uint64_t i = 0, g = 0; i < 2000; ++i, g = (g * 77 + 13) % 200) {
    CHECK(walk.entry_at({g * 512}).value()->entry == (copied_flag | (g + 1) * 512));
  }
}

TEST_CASE("without an L2 table all that it would resolve is one unallocated piece") {
  TestImage image({.guest_clusters = 3 * 64});
  image.put_l1_entry(1, 0);
  const MemorySource source(image.bytes());
  const Image opened = open_image(source).value();
  Walk walk(opened);
  const Piece piece = walk.at({64 * 512 + 700}).value();
  CHECK(std::holds_alternative<Unallocated>(piece.mapping));
  CHECK(piece.length == 64 * 512 - 700);
  CHECK_FALSE(walk.entry_at({64 * 512}).value().has_value());
  CHECK(walk.entry_at({128 * 512}).value().has_value());
}

TEST_CASE("no piece reaches past the virtual size") {
  TestImage image({.guest_clusters = 128});
  image.put64(field::size, 64 * 512 + 1000);
  image.put_l1_entry(0, 0);
  for (const std::uint64_t l1_entry : {std::uint64_t{0}, image.l2_table(1)}) {
    image.put_l1_entry(1, l1_entry);
    const MemorySource source(image.bytes());
    const Image opened = open_image(source).value();
    CHECK(Walk(opened).at({64 * 512 + 513}).value().length == 1000 - 513);
  }
}

TEST_CASE("an L1 table that is unaligned, too small or not in the file is refused") {
  struct {
    std::uint64_t offset;
    std::uint32_t size;
    const char* outcome;
  } const rows[] = {
      {512, 2, "accepted"},
      {512, 3, "accepted"},  // more entries than are needed
      {512, 1, "l1: l1-table"},
      {512, 0, "l1: l1-table"},
      {520, 2, "l1: l1-table-aligned"},
      {0xffffffffffffffff, 2, "l1: l1-table-aligned"},
      {0xfffffffffffffe00, 2, "l1: l1-in-file"},  // the last cluster that an offset can name
      {1 << 20, 2, "l1: l1-in-file"},
      {512, (2048 - 512) / 8, "accepted"},  // up to the last byte of the file
      {512, (2048 - 512) / 8 + 1, "l1: l1-in-file"},
      {512, 0xffffffff, "l1: l1-in-file"},
  };
  for (const auto& row : rows) {
    TestImage image({});
    image.put64(field::l1_table_offset, row.offset);
    image.put32(field::l1_size, row.size);
    CAPTURE(row.offset, row.size);
    CHECK(opening(image) == row.outcome);
  }
}

TEST_CASE("the L1 table is aligned to a cluster, not to a sector") {
  TestImage image({.cluster_bits = 10});
  image.put(image.end(), filled(1024, 0));
  image.put64(field::l1_table_offset, 1024 + 512);
  CHECK(opening(image) == "l1: l1-table-aligned");
}

TEST_CASE("an L2 table that is unaligned or not in the file is refused where it is needed") {
  struct {
    std::uint64_t entry;
    const char* outcome;
  } const rows[] = {
      {copied_flag | 1024, "accepted"},
      {1024, "accepted"},                       // bit 63 means nothing to a reader
      {0x7f000000000001ff | 1024, "accepted"},  // nor do reserved bits
      {2048, "l2: l2-in-file"},                 // right behind the file
      {0x00fffffffffffe00, "l2: l2-in-file"},
  };
  for (const auto& row : rows) {
    TestImage image({});
    image.put_l1_entry(1, row.entry);
    CAPTURE(row.entry);
    CHECK(outcome(read_range(image, 64 * 512, 1)) == row.outcome);
    CHECK(outcome(read_range(image, 0, 64 * 512)) == "accepted");
  }
  TestImage cut({});
  cut.cut(2047);
  CHECK(outcome(read_range(cut, 127 * 512, 1)) == "l2: l2-in-file");
  TestImage unaligned({.cluster_bits = 10});
  unaligned.put_l1_entry(0, 2048 + 512);
  CHECK(outcome(read_range(unaligned, 0, 1)) == "l2: l2-table");
}

TEST_CASE("a refused table does not become an empty one when it is asked again") {
  TestImage image({});
  image.put_l1_entry(1, 1 << 20);
  const MemorySource source(image.bytes());
  const Image opened = open_image(source).value();
  Walk walk(opened);
  for (int i = 0; i < 3; ++i) {
    CHECK(outcome(walk.at({0})) == "accepted");
    CHECK(outcome(walk.at({64 * 512})) == "l2: l2-in-file");
    CHECK(outcome(walk.at({64 * 512})) == "l2: l2-in-file");
  }
}

TEST_CASE("entries beyond the virtual size are never looked at") {
  TestImage image({.guest_clusters = 128});
  image.put64(field::size, 64 * 512 - 200);
  image.put_l2_entry(64, compressed_flag | std::uint64_t{1} << 60);
  image.put_l1_entry(1, 1 << 20);
  CHECK(outcome(read_range(image, 0, 64 * 512 - 200)) == "accepted");
}

TEST_CASE("a disk of 0 bytes needs no table") {
  TestImage image({.guest_clusters = 0});
  CHECK(opening(image) == "accepted");
  CHECK(outcome(read_range(image, 0, 0)) == "accepted");
}

TEST_CASE("the largest disk there can be is walked to its last byte") {
  constexpr std::uint64_t most = ~std::uint64_t{0};
  SparseSource source = huge_image(most, 1u << 25);
  const std::uint64_t l1_table = 2 << 20, l2_table = std::uint64_t{1} << 39;
  source.put64(l1_table + 8 * ((1u << 25) - 1), copied_flag | l2_table);
  source.put64(l2_table + 8 * ((1u << 18) - 1), copied_flag | 0x40000000);
  const Image image = open_image(source).value();
  Walk walk(image);
  const Piece last = walk.at({most - 1}).value();
  CHECK(std::get<Standard>(last.mapping).host_offset == HostOffset{0x40000000 + (2 << 20) - 2});
  CHECK(last.length == 1);
  CHECK(walk.at({0}).value().length % (std::uint64_t{1} << 39) == 0);
  Scratch scratch;
  Bytes out = filled(9, 0xa5);
  CHECK(Reader(image, nullptr).read({most - 9}, out, scratch));
  CHECK(out == filled(9, 0));
  CHECK(open_image(huge_image(most, (1u << 25) - 1)).error().rule == rule::l1_table);
}

TEST_CASE("what tables claim costs no reading") {
  const SparseSource source = huge_image(1 << 20, 0xffffffff);
  const Image image = open_image(source).value();
  CHECK(Walk(image).at({0}).value().length == 1 << 20);
  CHECK(source.bytes_read < 4096);
}

TEST_CASE("holes in tables are passed over in few steps, and nothing behind them is missed") {
  constexpr std::uint64_t l1_entries = 1 << 25;
  SparseSource source = huge_image(std::uint64_t{l1_entries} << 38, l1_entries);
  const std::uint64_t l1_table = 2 << 20, l2_table = std::uint64_t{1} << 39;
  constexpr std::uint64_t l1_index = 9999999, l2_index = 222222;
  source.put64(l1_table + 8 * l1_index, copied_flag | l2_table);
  source.put64(l2_table + 8 * l2_index, copied_flag | 0x40000000);
  const Image image = open_image(source).value();
  Walk walk(image);
  int steps = 0;
  std::vector<std::uint64_t> standard;
  for (std::uint64_t at = 0; at < image.header.virtual_size; ++steps) {
    const Piece piece = walk.at({at}).value();
    if (std::holds_alternative<Standard>(piece.mapping)) standard.push_back(at);
    at += piece.length;
  }
  CHECK(standard == std::vector<std::uint64_t>{(l1_index << 39) + (l2_index << 21)});
  CHECK(steps < 3000);  // all that is not a hole is walked entry by entry
  CHECK(source.bytes_read < 65536);
}

TEST_CASE("a stretch without entries ends where it ends, wherever in it the walk begins") {
  constexpr std::uint64_t size = 3 * (std::uint64_t{1} << 39) - (5 << 21);  // less than three tables' reach
  SparseSource source = huge_image(size, 3);
  const std::uint64_t l1_table = 2 << 20, l2_table = std::uint64_t{1} << 39;
  source.put64(l1_table + 8 * 2, copied_flag | l2_table);
  source.put64(l2_table + 8 * 7, copied_flag | 0x40000000);
  const Image image = open_image(source).value();
  const std::uint64_t data = 2 * (std::uint64_t{1} << 39) + (7 << 21);
  for (const std::uint64_t begin : {std::uint64_t{0}, std::uint64_t{1}, std::uint64_t{1} << 39, data - (1 << 21) - 1,
                                    data - (std::uint64_t{1} << 39) / 2, data - 1}) {
    CAPTURE(begin);
    Walk walk(image);
    std::uint64_t at = begin;
    while (std::holds_alternative<Unallocated>(walk.at({at}).value().mapping)) at += walk.at({at}).value().length;
    CHECK(at == data);
  }
}

TEST_CASE("a walk forward reads each part of a table once") {
  constexpr std::uint64_t l1_entries = 1 << 16;
  const SparseSource source = huge_image(l1_entries << 39, l1_entries);
  const Image image = open_image(source).value();
  Walk walk(image);
  for (std::uint64_t l1_index = 0; l1_index < l1_entries; ++l1_index) REQUIRE(walk.at({l1_index << 39}));
  CHECK(source.bytes_read < 8 * l1_entries + 4096);
}

}  // namespace
}  // namespace qcow2::test
