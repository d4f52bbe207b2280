// The part of repairing that makes refcounts right, and bit 63 of the active tables with them.
#pragma once

#include "format/byte_sink.hpp"
#include "format/result.hpp"
#include "repair/summary.hpp"

namespace qcow2 {

/// `copy` is an image whose size fields are right. Where its refcount table and blocks lie well they are filled anew,
/// or else new ones are put behind everything, and the old ones are free.
Result<void> repair_refcounts(ByteStore& copy, RepairSummary& summary);

}  // namespace qcow2
