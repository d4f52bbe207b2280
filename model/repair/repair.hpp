// Repairing: what a checker cannot do that looks at the tables alone. QEMU's own test 214 leaves it as something to be
// done: "correct the compressed cluster size instead" of raising refcounts.
//
// First each size field is set to what its stream needs, its end included; a stream that does not end in its extent is
// left alone, and a field that is too small is raised where the stream ends within the largest extent and the file.
// Then the refcounts are made right, and with them bit 63 of the active tables. Streams and data are never moved. All
// this happens to a copy; whoever asks for it puts the copy in place of the image only when it was found to read the
// same.
//
// Freeing is a change too. A host cluster is freed only when no damaged pointer could have owned it (certainty.hpp) and
// no table that is lost without a trace (lost_tables.hpp): else the repair is refused, or the leak stays. What is not
// certain is refused, and so are tables that overlap, and a longer file that might complete a broken stream.
#pragma once

#include "format/byte_sink.hpp"
#include "format/image.hpp"
#include "format/result.hpp"
#include "repair/summary.hpp"

namespace qcow2 {

/// Repairs `copy`, which holds the bytes of `image`.
/// Refuses, with the rule that stands in the way, what it cannot prove safe.
Result<RepairSummary> repair(const Image& image, ByteStore& copy);

}  // namespace qcow2
