// Guest bytes: every kind of cluster brought together, and the files behind the image.
//
// Reading is a pure function of the sources' bytes. What a thread needs besides is its Scratch: the extent and one
// cluster. So any number of threads may read through one Reader at once, each cluster is decoded by the thread that wants
// it, and a thread that wants little of a cluster, again and again, decodes it once.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "byte_source.hpp"
#include "decompress.hpp"
#include "image.hpp"
#include "result.hpp"

namespace qcow2 {

/// The cluster of which a part was wanted last. It is known again by all that decoding depends on: [cache-whole-entry].
struct KeptCluster {
  const ByteSource* source = nullptr;
  Descriptor descriptor{};
  std::vector<std::byte> bytes;

  bool is(const ByteSource* of, const Descriptor& wanted) const { return source == of && descriptor == wanted; }
};

/// What one thread needs to read: at most 2 * cluster_size for an extent, and one cluster of output. [buffer-per-cluster]
/// It may not outlive the sources that were read with it.
struct Scratch {
  Decompressor decompressor;
  std::vector<std::byte> extent;
  KeptCluster kept;
};

/// How a stretch of the guest's disk comes about, all of it alike.
struct GuestExtent {
  std::uint64_t length = 0;
  unsigned depth = 0;  ///< 0: the image itself, 1: its backing file, ...
  bool allocated = false;
  bool zero = false;  ///< known to read as zeros
  bool compressed = false;
  std::optional<HostOffset> host_offset{};  ///< in the file of that depth
};

/// A guest's disk that can be read from.
class GuestSource {
 public:
  virtual ~GuestSource() = default;
  /// In bytes.
  virtual std::uint64_t size() const = 0;
  /// Fills `out` from `offset` on; the range must lie within size().
  /// Refuses with the rule that the first unreadable cluster breaks.
  virtual Result<void> read(GuestOffset offset, std::span<std::byte> out, Scratch& scratch) const = 0;
  /// How the bytes from `offset` on, below size(), come about: at least one byte, without looking at data.
  virtual Result<GuestExtent> extent_at(GuestOffset offset) const = 0;
};

/// A raw disk: its bytes are the guest's.
class RawGuest final : public GuestSource {
 public:
  explicit RawGuest(const ByteSource& source) : source_(&source) {}
  std::uint64_t size() const override { return source_->size(); }
  Result<void> read(GuestOffset offset, std::span<std::byte> out, Scratch& scratch) const override;
  Result<GuestExtent> extent_at(GuestOffset offset) const override;

 private:
  const ByteSource* source_;
};

/// The active state of a qcow2 image.
class Reader final : public GuestSource {
 public:
  /// `backing` is what unallocated clusters are read from, `data_file` what standard clusters are read from where they
  /// are not in the image itself; either may be null.
  Reader(Image image, const GuestSource* backing, const ByteSource* data_file = nullptr)
      : image_(std::move(image)), backing_(backing), data_(data_file != nullptr ? data_file : image_.source) {}

  const Image& image() const { return image_; }
  std::uint64_t size() const override { return image_.header.virtual_size; }
  Result<void> read(GuestOffset offset, std::span<std::byte> out, Scratch& scratch) const override;
  Result<GuestExtent> extent_at(GuestOffset offset) const override;

  /// As extent_at, for one who walks forward.
  Result<GuestExtent> extent_at(GuestOffset offset, Walk& walk) const;

 private:
  Result<void> read_unallocated(GuestOffset offset, std::span<std::byte> out, Scratch& scratch) const;
  Result<void> read_compressed(const Compressed& mapping, const Where& where, std::span<std::byte> out,
                               Scratch& scratch) const;

  Image image_;
  const GuestSource* backing_;
  const ByteSource* data_;
};

/// Fills `cluster` with what the stream of `descriptor` gives. Returns how many bytes of the extent were taken up.
Result<std::size_t> read_compressed_cluster(const Image& image, const Descriptor& descriptor, const Where& where,
                                            std::span<std::byte> cluster, Scratch& scratch);

}  // namespace qcow2
