// The clusters of persistent dirty bitmaps, which QEMU keeps in images: they are in use, though no L1 table reaches
// them.
#pragma once

#include "check/findings.hpp"
#include "check/host_use.hpp"
#include "format/bitmap.hpp"

namespace qcow2 {

/// Counts the bitmap directory, and the table and clusters of each bitmap.
void count_bitmaps(const Image& image, HostUse& use, Findings& findings);

}  // namespace qcow2
