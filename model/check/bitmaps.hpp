// The clusters of persistent dirty bitmaps, which QEMU keeps in images: they are in use, though no L1 table reaches
// them. What the bitmaps say is left out.
#pragma once

#include "check/findings.hpp"
#include "check/host_use.hpp"
#include "format/image.hpp"

namespace qcow2 {

/// Whether the image has bitmaps that are to be believed.
bool has_bitmaps(const Header& header);

/// Counts the bitmap directory, and the table and clusters of each bitmap.
void count_bitmaps(const Image& image, HostUse& use, Findings& findings);

}  // namespace qcow2
