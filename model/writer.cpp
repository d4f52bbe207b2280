#include "writer.hpp"

#include <fmt/format.h>

#include <array>
#include <cassert>
#include <map>
#include <vector>

#include "allocator.hpp"
#include "big_endian.hpp"
#include "compress_clusters.hpp"
#include "descriptor.hpp"
#include "refcount.hpp"

namespace qcow2 {

namespace {

constexpr std::uint64_t table_entry_size = 8;

std::uint64_t divide_up(std::uint64_t amount, std::uint64_t by) { return amount / by + (amount % by != 0 ? 1 : 0); }

class Writer {
 public:
  Writer(const ByteSource& raw, ByteSink& image, const WriteOptions& options)
      : raw_(raw),
        image_(image),
        options_(options),
        cluster_size_(std::uint64_t{1} << options.cluster_bits),
        l2_entries_(cluster_size_ / table_entry_size),
        allocator_(options.cluster_bits, refcount_max(options.refcount_order)) {}

  Result<std::uint64_t> write() {
    const std::uint64_t l1_size = divide_up(raw_.size(), cluster_size_ * l2_entries_);
    if (l1_size > l1_size_max) {
      return refuse(rule::l1_table, {},
                    fmt::format("a disk of {} bytes needs an L1 table of {} entries, more than {}", raw_.size(),
                                l1_size, l1_size_max));
    }
    allocator_.clusters(1);  // the header
    compress_clusters(raw_, options_.cluster_bits, options_.compression_type, options_.jobs,
                      [this](const PreparedCluster& cluster) { place(cluster); });
    const HostOffset l1_table = write_l1_and_l2_tables(l1_size);
    const RefcountTable refcounts = write_refcounts();
    write_header(l1_size, l1_table, refcounts);
    return pad_file();
  }

 private:
  static constexpr std::uint64_t l1_size_max = (32 << 20) / table_entry_size;  // what QEMU reads

  struct RefcountTable {
    HostOffset offset;
    std::uint64_t clusters = 0;
  };

  void place(const PreparedCluster& cluster) {
    switch (cluster.form) {
      case PreparedCluster::Form::zeros: return;
      case PreparedCluster::Form::as_is: return place_as_is(cluster);
      case PreparedCluster::Form::stream: return place_stream(cluster);
    }
  }

  void place_as_is(const PreparedCluster& cluster) {
    const HostOffset offset = allocator_.clusters(1);
    image_.write_at(offset, cluster.bytes);
    set_entry(cluster.guest_cluster, offset.value | copied_flag);
  }

  // [writer-extent-covers-stream] [writer-least-size-field] [writer-field-limits] [copied-flag-clear]
  void place_stream(const PreparedCluster& cluster) {
    const HostOffset offset = allocator_.stream(cluster.bytes.size());
    const auto entry = encode_descriptor(covering(offset, cluster.bytes.size()), options_.cluster_bits);
    assert(entry && "a stream shorter than a cluster fits from every offset");
    image_.write_at(offset, cluster.bytes);
    set_entry(cluster.guest_cluster, *entry);
  }

  void set_entry(std::uint64_t guest_cluster, std::uint64_t entry) {
    auto& table = l2_tables_[guest_cluster / l2_entries_];
    table.resize(cluster_size_);
    store_big_endian(std::span(table), guest_cluster % l2_entries_ * table_entry_size, entry);
  }

  HostOffset write_l1_and_l2_tables(std::uint64_t l1_size) {
    if (l1_size == 0) return {0};  // a cluster for a table of no entries would be leaked
    std::vector<std::byte> l1_table(divide_up(l1_size * table_entry_size, cluster_size_) * cluster_size_);
    for (const auto& [l1_index, table] : l2_tables_) {
      const HostOffset offset = allocator_.clusters(1);
      image_.write_at(offset, table);
      store_big_endian(std::span(l1_table), l1_index * table_entry_size, offset.value | copied_flag);
    }
    const HostOffset offset = allocator_.clusters(l1_table.size() / cluster_size_);
    image_.write_at(offset, l1_table);
    return offset;
  }

  /// The refcount blocks and their table come last, and count themselves too.
  RefcountTable write_refcounts() {
    const std::uint64_t block_entries = refcount_block_entries(options_.cluster_bits, options_.refcount_order);
    std::uint64_t blocks = 0;
    std::uint64_t table_clusters = 0;
    for (std::uint64_t before = ~std::uint64_t{0}; before != blocks + table_clusters;) {
      before = blocks + table_clusters;
      blocks = divide_up(allocator_.end_cluster() + before, block_entries);
      table_clusters = divide_up(blocks * table_entry_size, cluster_size_);
    }
    const RefcountTable table{allocator_.clusters(table_clusters), table_clusters};
    const HostOffset first_block = allocator_.clusters(blocks);
    std::vector<std::byte> entries(table_clusters * cluster_size_);
    for (std::uint64_t number = 0; number < blocks; ++number) {
      const HostOffset offset = first_block + number * cluster_size_;
      write_refcount_block(offset, number * block_entries, block_entries);
      store_big_endian(std::span(entries), number * table_entry_size, offset.value);
    }
    image_.write_at(table.offset, entries);
    return table;
  }

  void write_refcount_block(HostOffset offset, std::uint64_t first_cluster, std::uint64_t entries) {
    std::vector<std::byte> block(cluster_size_);
    for (std::uint64_t i = 0; i < entries; ++i) {
      const std::uint64_t references = allocator_.references().at(first_cluster + i);
      if (references != 0) store_refcount(block, i, options_.refcount_order, references);
    }
    image_.write_at(offset, block);
  }

  // [header-length] [compression-type]
  void write_header(std::uint64_t l1_size, HostOffset l1_table, const RefcountTable& refcounts) {
    constexpr std::uint32_t header_length = 112;
    const bool zstd = options_.compression_type == CompressionType::zstd;
    std::array<std::byte, header_length + 8> header{};  // and the end of the extensions, 8 zeros
    const auto field = [&]<class T>(std::size_t at, T value) { store_big_endian(std::span(header), at, value); };
    field(0, std::uint32_t{0x514649fb});
    field(4, std::uint32_t{3});
    field(20, std::uint32_t{options_.cluster_bits});
    field(24, raw_.size());
    field(36, static_cast<std::uint32_t>(l1_size));
    field(40, l1_table.value);
    field(48, refcounts.offset.value);
    field(56, static_cast<std::uint32_t>(refcounts.clusters));
    field(72, std::uint64_t{zstd ? incompatible::compression_type : 0});
    field(96, std::uint32_t{options_.refcount_order});
    field(100, header_length);
    field(104, static_cast<std::uint8_t>(options_.compression_type));
    image_.write_at({0}, header);
  }

  std::uint64_t pad_file() const { return allocator_.end_cluster() * cluster_size_; }

  const ByteSource& raw_;
  ByteSink& image_;
  WriteOptions options_;
  std::uint64_t cluster_size_;
  std::uint64_t l2_entries_;
  Allocator allocator_;
  std::map<std::uint64_t, std::vector<std::byte>> l2_tables_;  ///< by l1_index
};

}  // namespace

Result<std::uint64_t> write_image(const ByteSource& raw, ByteSink& image, const WriteOptions& options) {
  assert(options.cluster_bits >= cluster_bits_min && options.cluster_bits <= cluster_bits_max);
  assert(options.refcount_order <= 6 && options.jobs > 0);
  return Writer(raw, image, options).write();
}

}  // namespace qcow2
