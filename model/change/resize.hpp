// The disk becomes shorter or longer.
#pragma once

#include <cstdint>

#include "change/state/state.hpp"
#include "format/result.hpp"

namespace qcow2::change {

/// What is cut off is freed, and never comes back: a disk that grows has zeros where it grows.
/// Refuses, with rule::l1_table, a disk that needs a longer L1 table than QEMU reads.
Result<void> resize(State& state, std::uint64_t size);

}  // namespace qcow2::change
