// Whether a host cluster that nothing refers to may be a table that something referred to once.
//
// A leak may be freed only where it is one. When the pointer to a table is overwritten with zeros, the table and all
// that it names look like leaks. The table still looks like one: every entry names a place in the file.
#pragma once

#include <optional>

#include "check/host_use.hpp"
#include "format/image.hpp"

namespace qcow2 {

/// Whether all entries of the cluster at `offset` that are not 0 could be L1 entries, L2 entries or entries of a bitmap
/// table of this image, and there is at least one. A refcount table does not count: it owns no data.
bool looks_like_a_table(const Image& image, HostOffset offset);

/// The first host cluster of the file that is not in `use`, and looks like a table. With `only_counted` it must have a
/// refcount above 0. Holes are passed over.
std::optional<HostOffset> first_lost_table(const Image& image, HostUse& use, bool only_counted);

}  // namespace qcow2
