// Where new tables, clusters and streams go: the lowest host clusters that are free, and streams packed as the
// allocator of the 2018 thread does it.
#pragma once

#include <cstdint>

#include "change/state/state.hpp"
#include "format/result.hpp"

namespace qcow2::change {

/// `count` free host clusters in a row, the lowest there are. Each has one reference from here on.
Result<HostOffset> allocate_clusters(State& state, std::uint64_t count);

/// A place for a stream of `length` bytes, at least 1 and at most a cluster: after the last one where its host cluster
/// can take one more reference, else at the beginning of a free one. Each host cluster that it touches has one
/// reference more from here on.
Result<HostOffset> allocate_stream(State& state, std::uint64_t length);

}  // namespace qcow2::change
