// One guest cluster of an image that is being changed: read whole, or given a new content.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "change/state/state.hpp"
#include "format/result.hpp"

namespace qcow2::change {

/// The cluster as the guest sees it, and of the disk's last one also what is hidden after the disk's end.
/// Refuses what a reader refuses.
Result<void> read_cluster(const State& state, std::uint64_t guest_cluster, std::span<std::byte> content);

/// Stores the content in a standard cluster: in place where nobody else has the host cluster, else in a new one.
Result<void> write_cluster(State& state, std::uint64_t guest_cluster, std::span<const std::byte> content);

/// Lets the cluster read as zeros, whatever the backing file holds.
Result<void> zero_cluster(State& state, std::uint64_t guest_cluster);

/// Of the guest clusters that [offset, offset + length) touches: how much of each. A cluster is whole when all of it
/// that the disk has is in the range.
struct Part {
  std::uint64_t guest_cluster = 0;
  std::size_t begin = 0;  ///< in the cluster
  std::size_t end = 0;
  std::uint64_t done = 0;  ///< bytes of the range before this part
  bool whole = false;
};

/// The part that begins `done` bytes into the range, and ends with its cluster or with the range.
Part part_at(const State& state, GuestOffset offset, std::uint64_t length, std::uint64_t done);

/// Refuses, with rule::range_past_end, a range that leaves the disk.
Result<void> judge_range(const State& state, GuestOffset offset, std::uint64_t length);

}  // namespace qcow2::change
