// The guest has no more use for some bytes.
#pragma once

#include <cstdint>

#include "change/state/state.hpp"
#include "format/result.hpp"

namespace qcow2::change {

/// Frees what whole clusters of the range have; they read as zeros afterwards, and never as the backing file. The rest
/// of the range stays as it was.
Result<void> discard(State& state, GuestOffset offset, std::uint64_t length);

}  // namespace qcow2::change
