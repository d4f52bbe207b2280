// The guest writes: bytes as they are, bytes compressed, zeros.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>

#include "change/state/state.hpp"
#include "format/result.hpp"

namespace qcow2::change {

/// What is to be written: fills `out` with the bytes from `at` on, counted from the first that is written.
using Content = std::function<void(std::uint64_t at, std::span<std::byte> out)>;

/// Refuses, with rule::range_past_end, what leaves the disk; and a cluster of which only a part is written when the
/// rest cannot be read.
Result<void> write(State& state, GuestOffset offset, std::uint64_t length, const Content& content);

/// The same of whole clusters, each compressed; one that does not become shorter is stored as it is.
/// Refuses, with rule::writer_whole_cluster, a range that begins or ends inside one.
Result<void> write_compressed(State& state, GuestOffset offset, std::uint64_t length, const Content& content);

/// The bytes read as zeros afterwards.
Result<void> write_zeroes(State& state, GuestOffset offset, std::uint64_t length);

}  // namespace qcow2::change
