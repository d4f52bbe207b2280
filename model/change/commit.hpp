// What an image has goes into its backing file, and the image is empty: it reads as before, all through that file.
#pragma once

#include "change/state/state.hpp"
#include "format/result.hpp"

namespace qcow2::change {

/// Writes every cluster of the disk that the image itself has to state.target, and frees it here. A shorter backing
/// disk becomes as long.
/// Refuses, with rule::backing_file_missing, an image without one, and what judge_snapshots_take_nothing does.
Result<void> commit(State& state);

}  // namespace qcow2::change
