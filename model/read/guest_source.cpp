#include "read/guest_source.hpp"

#include <algorithm>

namespace qcow2 {

Result<void> RawGuest::read(GuestOffset offset, std::span<std::byte> out, Scratch&) const {
  const std::size_t got = source_->read_at({offset.value}, out);
  std::ranges::fill(out.subspan(got), std::byte{0});
  return {};
}

Result<GuestExtent> RawGuest::extent_at(GuestOffset offset) const {
  return GuestExtent{.length = size() - offset.value, .allocated = true, .host_offset = HostOffset{offset.value}};
}

}  // namespace qcow2
