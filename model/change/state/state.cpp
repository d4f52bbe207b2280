#include "change/state/state.hpp"

#include <vector>

#include "format/big_endian.hpp"

namespace qcow2::change {

std::uint64_t load_number(const State& state, HostOffset at) {
  std::array<std::byte, 8> bytes{};
  state.store->read_at(at, bytes);
  return load_big_endian<std::uint64_t>(bytes, 0);
}

void store_number(State& state, HostOffset at, std::uint64_t number) {
  std::array<std::byte, 8> bytes{};
  store_big_endian(std::span<std::byte>(bytes), 0, number);
  state.store->write_at(at, bytes);
}

void store_zeros(State& state, HostOffset offset, std::uint64_t count) {
  const std::vector<std::byte> zeros(count * state.cluster_size());
  state.store->write_at(offset, zeros);
}

void reload_header(State& state) { state.image.header = read_header(*state.store).value(); }

}  // namespace qcow2::change
