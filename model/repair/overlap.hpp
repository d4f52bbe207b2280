// Whether two tables of an image share bytes. To make one of them right would change the other.
#pragma once

#include "format/image.hpp"
#include "format/result.hpp"

namespace qcow2 {

/// Looks at the header, the L1 tables, the L2 tables, the snapshot table, the bitmap directory and the bitmap tables.
/// Two snapshots may share their whole L1 table. Refcount structures that overlap anything are given up for new ones.
/// Refuses, with rule::check_metadata_overlap, the first two that overlap.
Result<void> judge_overlap(const Image& image);

}  // namespace qcow2
