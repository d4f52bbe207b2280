// What an adapter did when it was asked for one operation on one image.
#pragma once

#include "trial/observed.hpp"

namespace conform {

/// `observation` has the place of its output. A read-parallel is many requests of read-range, open together.
void observe_adapter(const Inquiry& inquiry, Observation& observation);

}  // namespace conform
