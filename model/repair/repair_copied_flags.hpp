// The part of repairing that makes bit 63 of the active tables agree with the refcounts.
#pragma once

#include "format/byte_sink.hpp"
#include "format/image.hpp"
#include "repair/summary.hpp"
#include "repair/target_refcounts.hpp"

namespace qcow2 {

/// Sets bit 63 of each entry of the active L1 table, and of the standard clusters of its L2 tables, where the named
/// host cluster is to have refcount 1, and clears it elsewhere.
void repair_copied_flags(const Image& image, ByteStore& copy, TargetRefcounts& targets, RepairSummary& summary);

}  // namespace qcow2
