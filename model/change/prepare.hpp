// What a careful program does before it changes anything: it makes sure that the refcounts say what is in use.
//
// A refcount that is too low is the one mistake that a change cannot make good: the host cluster is handed out, and
// somebody's bytes are gone. So an image that is corrupt is repaired first, as check --repair does it, or left alone.
#pragma once

#include "change/state/state.hpp"
#include "format/result.hpp"

namespace qcow2::change {

/// `copy`, which holds the bytes of `image`, made fit to be changed; `backing` may be null.
/// Refuses what must not be written to, and what cannot be repaired.
Result<State> prepare(const Image& image, ByteStore& copy, const GuestSource* backing);

}  // namespace qcow2::change
