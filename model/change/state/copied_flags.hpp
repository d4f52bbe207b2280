// Bit 63 of the active tables, made to agree with the refcounts again after a step.
#pragma once

#include "change/state/state.hpp"

namespace qcow2::change {

/// Sets it in each entry of the active L1 table and of its L2 tables that names a host cluster with refcount 1, and
/// clears it in the others. A compressed entry never has it.
void set_copied_flags(State& state);

}  // namespace qcow2::change
