// The refcounts of an image that is being changed: one loaded, one stored, references added and dropped.
//
// That there is a count for every host cluster is refcount_growth.hpp's, which of them are free allocation.hpp's.
#pragma once

#include <cstdint>

#include "change/state/state.hpp"
#include "format/result.hpp"

namespace qcow2::change {

/// How many counts one refcount block holds.
std::uint64_t block_entries(const State& state);

/// How many blocks the refcount table can name.
std::uint64_t table_entries(const State& state);

/// Whether a refcount block holds the count of this host cluster. Where none does, the count is 0.
bool is_counted(const State& state, std::uint64_t host_cluster);

std::uint64_t refcount(const State& state, std::uint64_t host_cluster);

/// Of a host cluster that has its place in a block.
void set_refcount(State& state, std::uint64_t host_cluster, std::uint64_t count);

/// One reference more to each host cluster that [offset, offset + length) touches.
/// Refuses, with rule::refcount_width, more than the width can say.
Result<void> add_references(State& state, HostOffset offset, std::uint64_t length);

/// One reference less to each of them. What comes down to 0 is free.
void drop_references(State& state, HostOffset offset, std::uint64_t length);

}  // namespace qcow2::change
