// An image while steps change it, and what always holds of it.
//
// Before the first step and after each of them:
//   1. The refcount of each host cluster is the number of references to it, by tables and by extents, those that
//      snapshots reach among them. What was leaked before stays so: nobody can prove it free here.
//   2. In the active tables bit 63 is set exactly where the L2 table or standard cluster that is named has refcount 1.
//      A compressed entry never has it.
//   3. No table shares a byte with anything else.
//   4. Every guest byte, of the disk and of each snapshot, is what the steps say.
//
// Inside a step two things may be otherwise: bit 63 may be clear where a refcount has come down to 1, which costs a
// copy and no data; and host clusters may be counted for an entry that is not stored yet. A step that is refused leaves
// the store as nobody wants it: whoever asked throws the store away, and the image is as it was.
#pragma once

#include <array>
#include <concepts>
#include <cstdint>
#include <span>
#include <type_traits>

#include "format/byte_sink.hpp"
#include "format/header_fields.hpp"
#include "format/image.hpp"
#include "read/guest_source.hpp"

namespace qcow2::change {

class Backing;

struct State {
  ByteStore* store = nullptr;
  Image image;  ///< its source is the store, its header what the store holds
  const GuestSource* backing = nullptr;
  Backing* target = nullptr;  ///< the same disk where a commit may change it

  std::uint64_t lowest_free = 0;     ///< every host cluster before this one has a refcount
  HostOffset stream_end{};           ///< where the last stream ended that was written here; 0: there was none
  bool copied_flags_behind = false;  ///< a refcount has come down to 1
  std::uint64_t leaks = 0;           ///< host clusters that were leaked before the first step

  const Header& header() const { return image.header; }
  std::uint64_t cluster_size() const { return image.header.cluster_size(); }
  std::uint64_t cluster_of(HostOffset offset) const { return offset.value >> image.header.cluster_bits; }
  HostOffset place_of(std::uint64_t host_cluster) const { return {host_cluster << image.header.cluster_bits}; }
};

/// A big-endian number of 8 bytes, such as an entry of a table.
std::uint64_t load_number(const State& state, HostOffset at);
void store_number(State& state, HostOffset at, std::uint64_t number);

/// Makes `count` host clusters from `offset` on zeros.
void store_zeros(State& state, HostOffset offset, std::uint64_t count = 1);

/// Changes one field of the header, and no other byte of it.
// [modify-keeps-header] "A change leaves alone what it does not mean to change"
template <std::unsigned_integral T>
void store_field(State& state, const HeaderField<T>& field, std::type_identity_t<T> value) {
  std::array<std::byte, sizeof(T)> bytes{};
  store_big_endian(std::span<std::byte>(bytes), 0, value);
  state.store->write_at({field.at}, bytes);
}

/// Takes note of what the header says now; after the last of several fields.
void reload_header(State& state);

}  // namespace qcow2::change
