// Guest bytes: every kind of cluster brought together, and the files behind the image.
//
// Reading is a pure function of the sources' bytes. A thread needs its own Scratch and nothing else, so any number of
// threads may read through one Reader at once.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>

#include "format/byte_source.hpp"
#include "format/image.hpp"
#include "format/result.hpp"
#include "read/compressed_cluster.hpp"
#include "read/guest_source.hpp"
#include "read/walk.hpp"

namespace qcow2 {

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

}  // namespace qcow2
