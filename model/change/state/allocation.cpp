#include "change/state/allocation.hpp"

#include "change/state/refcount_growth.hpp"
#include "change/state/refcounts.hpp"
#include "format/refcount.hpp"

namespace qcow2::change {

namespace {

/// Whether the host cluster is free; if it is, it can be counted.
Result<bool> is_free(State& state, std::uint64_t host_cluster) {
  while (!is_counted(state, host_cluster)) {
    if (auto made = make_room_for_count(state, host_cluster); !made) return tl::unexpected(std::move(made.error()));
  }
  return refcount(state, host_cluster) == 0;
}

/// Whether the next stream may begin where the last one ended.
Result<bool> fits_after_the_last(State& state, std::uint64_t length) {
  // On a border, the host cluster there is anybody's.
  if (state.stream_end.value % state.cluster_size() == 0) return false;
  const std::uint64_t first = state.cluster_of(state.stream_end);
  const std::uint64_t last = state.cluster_of(state.stream_end + (length - 1));
  if (refcount(state, first) == refcount_max(state.header().refcount_order)) return false;
  return last == first ? true : is_free(state, last);
}

}  // namespace

Result<HostOffset> allocate_clusters(State& state, std::uint64_t count) {
  std::uint64_t first = state.lowest_free;
  for (std::uint64_t next = first; next < first + count; ++next) {
    const auto free = is_free(state, next);
    if (!free) return tl::unexpected(free.error());
    if (!*free) first = next + 1;
  }
  for (std::uint64_t cluster = first; cluster < first + count; ++cluster) set_refcount(state, cluster, 1);
  if (count == 1) state.lowest_free = first + 1;
  return state.place_of(first);
}

Result<HostOffset> allocate_stream(State& state, std::uint64_t length) {
  const auto fits = fits_after_the_last(state, length);
  if (!fits) return tl::unexpected(fits.error());
  HostOffset offset = state.stream_end;
  if (*fits) {
    // [writer-packing] "back to back, over the borders of sectors and host clusters"
    if (auto added = add_references(state, offset, length); !added) return tl::unexpected(std::move(added.error()));
  } else {
    const auto cluster = allocate_clusters(state, 1);
    if (!cluster) return cluster;
    offset = *cluster;
  }
  state.stream_end = offset + length;
  return offset;
}

}  // namespace qcow2::change
