// What must be certain of an image before anything in it is changed: who refers to each host cluster.
//
// A damaged pointer may have owned what now looks like a leak, so one that is found stands in the way of every repair:
// in an L1 or L2 table, the snapshot table, the bitmap directory, a header field that stands for a place. Marks that a
// repair mends, such as bit 63, do not.
#pragma once

#include "check/host_use.hpp"
#include "format/image.hpp"
#include "format/result.hpp"

namespace qcow2 {

/// Whether the references will be certain once size fields are right: a field that is too large is no doubt yet.
/// Refuses as certain_use does. Decodes nothing.
Result<void> judge_certainty(const Image& image);

/// The use of every host cluster, the refcount table and its blocks left out.
/// Refuses, with the rule that it breaks, the first thing that makes it uncertain.
Result<HostUse> certain_use(const Image& image);

}  // namespace qcow2
