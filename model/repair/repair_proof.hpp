// The proof that a repair has changed nothing that could be read.
#pragma once

#include "format/image.hpp"
#include "format/result.hpp"

namespace qcow2 {

/// Whether each L2 entry of every table, active or of a snapshot, gives what it gave; whether what was refused still
/// is, unless its own size field was raised and the bytes were in the file before; and whether all tables name the
/// same. Refuses the first that does not.
Result<void> reads_as_before(const Image& before, const Image& after);

}  // namespace qcow2
