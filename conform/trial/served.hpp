// What a server did when it was asked over NBD for one operation on one image.
//
// One server serves all operations of a case that only read; each modify has one of its own, which has ended before
// the image is looked at.
#pragma once

#include "trial/observed.hpp"

namespace conform {

/// `observation` has the place of its output.
void observe_served(const Inquiry& question, Observation& observation);

/// The server of this thread, if one is up, ends: nobody will ask for its image again.
void stop_serving();

}  // namespace conform
