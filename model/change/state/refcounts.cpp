#include "change/state/refcounts.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cassert>

#include "format/refcount.hpp"

namespace qcow2::change {

namespace {

/// The block that counts this host cluster; 0: there is none.
HostOffset block_of(const State& state, std::uint64_t host_cluster) {
  const std::uint64_t index = host_cluster / block_entries(state);
  if (index >= table_entries(state)) return {0};
  return {load_number(state, state.header().refcount_table_offset + index * table_entry_size)};
}

/// The bytes that hold a count: one or more of them for it alone, or one for several.
struct CountPlace {
  HostOffset at;
  std::size_t length;
  std::uint64_t index;  ///< among the counts of these bytes
};

CountPlace place_of_count(const State& state, std::uint64_t host_cluster) {
  const unsigned order = state.header().refcount_order;
  const std::uint64_t index = host_cluster % block_entries(state);
  const HostOffset at = block_of(state, host_cluster) + (index << order) / 8;
  return order < 3 ? CountPlace{at, 1, index % (8u >> order)} : CountPlace{at, refcount_bits(order) / 8, 0};
}

template <class Visit>
void for_each_touched(const State& state, HostOffset offset, std::uint64_t length, Visit visit) {
  if (length == 0) return;
  const std::uint64_t last = state.cluster_of(offset + (length - 1));
  for (std::uint64_t cluster = state.cluster_of(offset); cluster <= last; ++cluster) visit(cluster);
}

}  // namespace

std::uint64_t block_entries(const State& state) {
  return refcount_block_entries(state.header().cluster_bits, state.header().refcount_order);
}

std::uint64_t table_entries(const State& state) {
  return state.header().refcount_table_clusters * state.cluster_size() / table_entry_size;
}

bool is_counted(const State& state, std::uint64_t host_cluster) { return block_of(state, host_cluster).value != 0; }

std::uint64_t refcount(const State& state, std::uint64_t host_cluster) {
  if (!is_counted(state, host_cluster)) return 0;
  const CountPlace place = place_of_count(state, host_cluster);
  std::array<std::byte, 8> bytes{};
  const auto count = std::span(bytes).first(place.length);
  state.store->read_at(place.at, count);
  return load_refcount(count, place.index, state.header().refcount_order);
}

void set_refcount(State& state, std::uint64_t host_cluster, std::uint64_t count) {
  assert(is_counted(state, host_cluster));
  const CountPlace place = place_of_count(state, host_cluster);
  std::array<std::byte, 8> bytes{};
  const auto stored = std::span(bytes).first(place.length);
  state.store->read_at(place.at, stored);
  store_refcount(stored, place.index, state.header().refcount_order, count);
  state.store->write_at(place.at, stored);
}

Result<void> add_references(State& state, HostOffset offset, std::uint64_t length) {
  const std::uint64_t most = refcount_max(state.header().refcount_order);
  Result<void> added;
  for_each_touched(state, offset, length, [&](std::uint64_t cluster) {
    if (!added) return;
    const std::uint64_t count = refcount(state, cluster);
    if (count < most) return set_refcount(state, cluster, count + 1);
    added = refuse(
        rule::refcount_width, {.host_offset = state.place_of(cluster).value},
        fmt::format("host cluster {} has refcount {} already, the most that refcount_bits allows", cluster, count));
  });
  return added;
}

void drop_references(State& state, HostOffset offset, std::uint64_t length) {
  // [modify-free-extent] "the refcount of each host cluster of its extent falls by one"
  for_each_touched(state, offset, length, [&](std::uint64_t cluster) {
    const std::uint64_t count = refcount(state, cluster);
    assert(count > 0 && "every reference is counted");
    set_refcount(state, cluster, count - 1);
    if (count == 2) state.copied_flags_behind = true;
    if (count > 1) return;
    state.lowest_free = std::min(state.lowest_free, cluster);
    if (state.cluster_of(state.stream_end) == cluster) state.stream_end = {0};  // it may be a table's by tomorrow
  });
}

}  // namespace qcow2::change
