// A small image laid out by hand, for tests that change one thing of it.
//
// Host clusters: 0 the header, 1 the L1 table, from 2 on the L2 tables that the virtual size needs, then data. There
// are no refcounts: nothing here looks at them.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>

#include "bytes.hpp"
#include "format/big_endian.hpp"
#include "format/byte_source.hpp"
#include "format/descriptor.hpp"
#include "read/reader.hpp"

namespace qcow2::test {

/// Where the fields of the header stand.
namespace field {
inline constexpr std::size_t magic = 0;
inline constexpr std::size_t version = 4;
inline constexpr std::size_t backing_file_offset = 8;
inline constexpr std::size_t backing_file_size = 16;
inline constexpr std::size_t cluster_bits = 20;
inline constexpr std::size_t size = 24;
inline constexpr std::size_t crypt_method = 32;
inline constexpr std::size_t l1_size = 36;
inline constexpr std::size_t l1_table_offset = 40;
inline constexpr std::size_t incompatible_features = 72;
inline constexpr std::size_t compatible_features = 80;
inline constexpr std::size_t autoclear_features = 88;
inline constexpr std::size_t refcount_order = 96;
inline constexpr std::size_t header_length = 100;
inline constexpr std::size_t compression_type = 104;
}  // namespace field

struct Shape {
  unsigned cluster_bits = 9;
  std::uint32_t version = 3;
  bool extended = false;
  bool zstd = false;
  std::uint64_t guest_clusters = 128;
};

class TestImage {
 public:
  explicit TestImage(const Shape& shape) : shape_(shape) {
    const std::uint64_t l2_tables = (shape.guest_clusters + l2_entries() - 1) / l2_entries();
    bytes_.resize((2 + l2_tables) * cluster_size());
    put32(field::magic, 0x514649fb);
    put32(field::version, shape.version);
    put32(field::cluster_bits, shape.cluster_bits);
    put64(field::size, shape.guest_clusters * cluster_size());
    put32(field::l1_size, static_cast<std::uint32_t>(l2_tables));
    put64(field::l1_table_offset, l1_table());
    if (shape.version == 3) {
      put64(field::incompatible_features, (shape.extended ? 1u << 4 : 0u) | (shape.zstd ? 1u << 3 : 0u));
      put32(field::refcount_order, 4);
      put32(field::header_length, 112);
      put(field::compression_type, hex(shape.zstd ? "01" : "00"));
    }
    for (std::uint64_t i = 0; i < l2_tables; ++i) put_l1_entry(i, copied_flag | l2_table(i));
  }

  std::uint64_t cluster_size() const { return std::uint64_t{1} << shape_.cluster_bits; }
  std::uint64_t l2_entries() const { return cluster_size() / entry_size(); }
  std::uint64_t l1_table() const { return cluster_size(); }
  std::uint64_t l2_table(std::uint64_t l1_index) const { return (2 + l1_index) * cluster_size(); }
  /// Where the file ends, which is a cluster's border as long as nothing was put behind it.
  std::uint64_t end() const { return bytes_.size(); }

  void put(std::size_t offset, const Bytes& bytes) {
    bytes_.resize(std::max(bytes_.size(), offset + bytes.size()));
    std::ranges::copy(bytes, bytes_.begin() + static_cast<std::ptrdiff_t>(offset));
  }
  void put32(std::size_t offset, std::uint32_t value) { store_big_endian(std::span(bytes_), offset, value); }
  void put64(std::size_t offset, std::uint64_t value) { store_big_endian(std::span(bytes_), offset, value); }
  void put_l1_entry(std::uint64_t l1_index, std::uint64_t entry) { put64(l1_table() + 8 * l1_index, entry); }
  void put_l2_entry(std::uint64_t guest_cluster, std::uint64_t entry, std::uint64_t bitmap = 0) {
    const std::uint64_t at = 2 * cluster_size() + guest_cluster * entry_size();
    put64(at, entry);
    if (shape_.extended) put64(at + 8, bitmap);
  }
  void cut(std::size_t length) { bytes_.resize(length); }

  /// Puts the stream at `host_offset` and makes it the guest cluster, with the least size field that covers it.
  void put_stream(std::uint64_t guest_cluster, std::uint64_t host_offset, const Bytes& stream) {
    put(host_offset, stream);
    put_l2_entry(guest_cluster, *encode_descriptor(covering({host_offset}, stream.size()), shape_.cluster_bits));
  }
  /// Puts the bytes of the guest cluster into a new host cluster, and returns its offset.
  std::uint64_t put_standard(std::uint64_t guest_cluster, const Bytes& bytes) {
    const std::uint64_t host_offset = (end() + cluster_size() - 1) / cluster_size() * cluster_size();
    put(host_offset, bytes);
    put_l2_entry(guest_cluster, copied_flag | host_offset);
    return host_offset;
  }

  const Bytes& bytes() const { return bytes_; }

 private:
  std::uint64_t entry_size() const { return shape_.extended ? 16 : 8; }

  Shape shape_;
  Bytes bytes_;
};

inline std::string opening(const TestImage& image) { return outcome(open_image(MemorySource(image.bytes()))); }

/// A range of the guest's disk. The image must open.
inline Result<Bytes> read_range(const TestImage& image, std::uint64_t offset, std::uint64_t length,
                                const GuestSource* backing = nullptr) {
  const MemorySource source(image.bytes());
  const Reader reader(open_image(source).value(), backing);
  Scratch scratch;
  Bytes out = filled(length, 0xa5);  // what stays would be what a buffer held before
  return reader.read({offset}, out, scratch).map([&] { return out; });
}

/// One guest cluster.
inline Result<Bytes> read_cluster(const TestImage& image, std::uint64_t guest_cluster,
                                  const GuestSource* backing = nullptr) {
  return read_range(image, guest_cluster * image.cluster_size(), image.cluster_size(), backing);
}

}  // namespace qcow2::test
