#include "change/backing.hpp"

#include <array>
#include <vector>

#include "change/resize.hpp"
#include "change/state/invariants.hpp"
#include "read/reader.hpp"

namespace qcow2::change {

Result<void> Qcow2Backing::read(GuestOffset offset, std::span<std::byte> out, Scratch& scratch) const {
  scratch.kept.source = nullptr;  // it may have changed meanwhile
  return Reader(state_.image, state_.backing).read(offset, out, scratch);
}

Result<GuestExtent> Qcow2Backing::extent_at(GuestOffset offset) const {
  return Reader(state_.image, state_.backing).extent_at(offset);
}

Result<void> Qcow2Backing::grow(std::uint64_t size) { return resize(state_, size); }

Result<void> Qcow2Backing::write(GuestOffset offset, std::uint64_t length, const Content& content) {
  return change::write(state_, offset, length, content);
}

Result<void> Qcow2Backing::settle() { return change::settle(state_); }

Result<void> RawBacking::read(GuestOffset offset, std::span<std::byte> out, Scratch& scratch) const {
  return RawGuest(*store_).read(offset, out, scratch);
}

Result<GuestExtent> RawBacking::extent_at(GuestOffset offset) const { return RawGuest(*store_).extent_at(offset); }

Result<void> RawBacking::grow(std::uint64_t size) {
  store_->write_at({size - 1}, std::array<std::byte, 1>{});
  return {};
}

Result<void> RawBacking::write(GuestOffset offset, std::uint64_t length, const Content& content) {
  std::vector<std::byte> bytes(length);
  content(0, bytes);
  store_->write_at({offset.value}, bytes);
  return {};
}

}  // namespace qcow2::change
