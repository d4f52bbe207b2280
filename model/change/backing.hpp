// The disk behind an image, which a commit changes: another qcow2 image, or a raw file.
#pragma once

#include <cstdint>
#include <utility>

#include "change/state/state.hpp"
#include "change/write.hpp"
#include "format/byte_sink.hpp"
#include "format/result.hpp"
#include "read/guest_source.hpp"

namespace qcow2::change {

class Backing : public GuestSource {
 public:
  /// Makes the disk longer; what is new reads as zeros.
  virtual Result<void> grow(std::uint64_t size) = 0;
  virtual Result<void> write(GuestOffset offset, std::uint64_t length, const Content& content) = 0;
  /// After the last change. Refuses what has been broken.
  virtual Result<void> settle() = 0;
};

class Qcow2Backing final : public Backing {
 public:
  explicit Qcow2Backing(State state) : state_(std::move(state)) {}
  std::uint64_t size() const override { return state_.header().virtual_size; }
  Result<void> read(GuestOffset offset, std::span<std::byte> out, Scratch& scratch) const override;
  Result<GuestExtent> extent_at(GuestOffset offset) const override;
  Result<void> grow(std::uint64_t size) override;
  Result<void> write(GuestOffset offset, std::uint64_t length, const Content& content) override;
  Result<void> settle() override;

 private:
  State state_;
};

class RawBacking final : public Backing {
 public:
  explicit RawBacking(ByteStore& store) : store_(&store) {}
  std::uint64_t size() const override { return store_->size(); }
  Result<void> read(GuestOffset offset, std::span<std::byte> out, Scratch& scratch) const override;
  Result<GuestExtent> extent_at(GuestOffset offset) const override;
  Result<void> grow(std::uint64_t size) override;
  Result<void> write(GuestOffset offset, std::uint64_t length, const Content& content) override;
  Result<void> settle() override { return {}; }

 private:
  ByteStore* store_;
};

}  // namespace qcow2::change
