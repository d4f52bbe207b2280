// Persistent bitmaps say which parts of the disk were changed. Nobody here keeps them up to date, so they are marked as
// what they are: stale, but well-formed.
#pragma once

#include "change/state/state.hpp"

namespace qcow2::change {

enum class BitmapsConcerned {
  automatic,  ///< those that must follow every write
  all,        ///< those that say how long the disk is, too
};

/// Sets the flag in_use of bitmaps that the image has, where their directory can be read.
void mark_bitmaps_in_use(State& state, BitmapsConcerned concerned);

}  // namespace qcow2::change
