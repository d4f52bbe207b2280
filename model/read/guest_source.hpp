// A guest's disk that can be read from, whatever is behind it: a raw disk, or an image (reader.hpp).
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include "format/byte_source.hpp"
#include "format/offsets.hpp"
#include "format/result.hpp"
#include "read/compressed_cluster.hpp"

namespace qcow2 {

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

}  // namespace qcow2
