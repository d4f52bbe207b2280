#include "write/writer.hpp"

#include <fmt/format.h>

#include <array>
#include <cassert>
#include <map>
#include <vector>

#include "format/big_endian.hpp"
#include "format/descriptor.hpp"
#include "format/header_fields.hpp"
#include "format/refcount.hpp"
#include "format/rounding.hpp"
#include "write/allocator.hpp"
#include "write/compress_clusters.hpp"

namespace qcow2 {

namespace {

class Writer {
 public:
  Writer(const ByteSource& raw, ByteSink& image, const WriteOptions& options)
      : raw_(raw),
        image_(image),
        options_(options),
        cluster_size_(std::uint64_t{1} << options.cluster_bits),
        l2_entries_(cluster_size_ / table_entry_size),
        allocator_(options.cluster_bits, options.refcount_order) {}

  Result<std::uint64_t> write() {
    const std::uint64_t l1_size = divide_up(raw_.size(), cluster_size_ * l2_entries_);
    if (l1_size > l1_size_max) {
      return refuse(rule::l1_table, {},
                    fmt::format("a disk of {} bytes needs an L1 table of {} entries, more than {}", raw_.size(),
                                l1_size, l1_size_max));
    }
    allocator_.clusters(1);  // the header
    refcount_table_ = {allocator_.reserve(1), 1};
    l1_clusters_ = divide_up(l1_size * table_entry_size, cluster_size_);
    l1_table_ = {l1_size > 0 ? allocator_.clusters(l1_clusters_) : HostOffset{0}};
    compress_clusters(raw_, options_.cluster_bits, options_.compression_type, options_.jobs,
                      [this](const PreparedCluster& cluster) { place(cluster); });
    write_l1_and_l2_tables();
    write_refcounts();
    write_header(l1_size);
    return file_length();
  }

 private:
  static constexpr std::uint64_t l1_size_max = (32 << 20) / table_entry_size;  // what QEMU reads

  struct L2Table {
    HostOffset offset;
    std::vector<std::byte> bytes;
  };
  struct RefcountTable {
    HostOffset offset;
    std::uint64_t clusters = 0;
  };

  void place(const PreparedCluster& cluster) {
    if (cluster.form == PreparedCluster::Form::zeros) return;
    L2Table& table = l2_table(cluster.guest_cluster / l2_entries_);
    const std::uint64_t entry =
        cluster.form == PreparedCluster::Form::stream ? place_stream(cluster) : place_as_is(cluster);
    store_big_endian(std::span(table.bytes), cluster.guest_cluster % l2_entries_ * table_entry_size, entry);
  }

  std::uint64_t place_as_is(const PreparedCluster& cluster) {
    const HostOffset offset = allocator_.clusters(1);
    image_.write_at(offset, cluster.bytes);
    return offset.value | copied_flag;  // [copied-flag] "set exactly when the refcount of what the entry names is 1"
  }

  std::uint64_t place_stream(const PreparedCluster& cluster) {
    const HostOffset offset = allocator_.stream(cluster.bytes.size());
    // [writer-extent-covers-stream] "The extent covers the stream, with everything that a reader may ask of it"
    const auto entry = encode_descriptor(covering(offset, cluster.bytes.size()), options_.cluster_bits);
    assert(entry && "a stream shorter than a cluster fits from every offset");
    // [writer-content] "A cluster that has been written compressed reads back"
    image_.write_at(offset, cluster.bytes);
    return *entry;  // [copied-flag-clear] "A writer clears it": encode_descriptor sets none
  }

  /// The table, which has its place in front of the first cluster that it names.
  L2Table& l2_table(std::uint64_t l1_index) {
    L2Table& table = l2_tables_[l1_index];
    if (table.bytes.empty()) table = {allocator_.clusters(1), std::vector<std::byte>(cluster_size_)};
    return table;
  }

  void write_l1_and_l2_tables() {
    std::vector<std::byte> l1_table(l1_clusters_ * cluster_size_);
    for (const auto& [l1_index, table] : l2_tables_) {
      image_.write_at(table.offset, table.bytes);
      store_big_endian(std::span(l1_table), l1_index * table_entry_size, table.offset.value | copied_flag);
    }
    if (!l1_table.empty()) image_.write_at(l1_table_, l1_table);
  }

  /// Where the cluster that was set aside cannot name all blocks, it stays free and the table comes last.
  void place_refcount_table() {
    const std::uint64_t block_entries = refcount_block_entries(options_.cluster_bits, options_.refcount_order);
    if (allocator_.refcount_blocks().size() * table_entry_size <= cluster_size_) {
      return allocator_.use(refcount_table_.offset, refcount_table_.clusters);
    }
    std::uint64_t clusters = 0;
    for (std::uint64_t previous = 1; clusters != previous;) {
      previous = clusters;
      const std::uint64_t blocks = divide_up(allocator_.end_cluster() + clusters, block_entries - 1);  // and themselves
      clusters = divide_up(blocks * table_entry_size, cluster_size_);
    }
    refcount_table_ = {allocator_.clusters(clusters), clusters};
  }

  void write_refcounts() {
    place_refcount_table();
    const auto& blocks = allocator_.refcount_blocks();
    std::vector<std::byte> entries(refcount_table_.clusters * cluster_size_);
    for (std::size_t number = 0; number < blocks.size(); ++number) {
      write_refcount_block(number, blocks[number]);
      store_big_endian(std::span(entries), number * table_entry_size, blocks[number].value);
    }
    image_.write_at(refcount_table_.offset, entries);
  }

  void write_refcount_block(std::uint64_t number, HostOffset offset) {
    const std::uint64_t entries = refcount_block_entries(options_.cluster_bits, options_.refcount_order);
    std::vector<std::byte> block(cluster_size_);
    for (std::uint64_t i = 0; i < entries; ++i) {
      const std::uint64_t references = allocator_.references().at(number * entries + i);
      if (references != 0) store_refcount(block, i, options_.refcount_order, references);
    }
    image_.write_at(offset, block);
  }

  void write_header(std::uint64_t l1_size) {
    constexpr std::uint32_t header_length = 112;
    const bool zstd = options_.compression_type == CompressionType::zstd;
    std::array<std::byte, header_length + 8> header{};  // and the end of the extensions, 8 zeros
    field::magic.store(header, header_magic);
    field::version.store(header, 3);
    field::cluster_bits.store(header, options_.cluster_bits);
    field::virtual_size.store(header, raw_.size());
    field::l1_size.store(header, static_cast<std::uint32_t>(l1_size));
    field::l1_table_offset.store(header, l1_table_.value);
    field::refcount_table_offset.store(header, refcount_table_.offset.value);
    field::refcount_table_clusters.store(header, static_cast<std::uint32_t>(refcount_table_.clusters));
    // [compression-type] "Bit 3 set: the field is present and not 0, and names the format; 1 is zstd."
    // [writer-corrupt-bit]
    field::incompatible_features.store(header, zstd ? incompatible::compression_type : 0);
    field::refcount_order.store(header, options_.refcount_order);
    field::header_length.store(header, header_length);
    field::compression_type.store(header, static_cast<std::uint8_t>(options_.compression_type));
    image_.write_at({0}, header);
  }

  std::uint64_t file_length() const { return round_up(allocator_.end().value, sector_size); }  // [writer-pads-file]

  const ByteSource& raw_;
  ByteSink& image_;
  WriteOptions options_;
  std::uint64_t cluster_size_;
  std::uint64_t l2_entries_;
  Allocator allocator_;
  RefcountTable refcount_table_;
  HostOffset l1_table_;
  std::uint64_t l1_clusters_ = 0;
  std::map<std::uint64_t, L2Table> l2_tables_;  ///< by l1_index
};

}  // namespace

Result<std::uint64_t> write_image(const ByteSource& raw, ByteSink& image, const WriteOptions& options) {
  assert(options.cluster_bits >= cluster_bits_min && options.cluster_bits <= cluster_bits_max);
  assert(options.refcount_order <= 6 && options.jobs > 0);
  return Writer(raw, image, options).write();
}

}  // namespace qcow2
