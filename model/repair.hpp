// Repairing: what a checker cannot do that looks at the tables alone. QEMU's own test 214 leaves it as something to be
// done: "correct the compressed cluster size instead" of raising refcounts.
//
// First each size field is set to what its stream needs, its end included; a stream that does not end in its extent is
// left alone, and a field that is too small is raised where the stream ends within the largest extent and the file.
// Then the refcounts are made right, and with them bit 63 of the active tables. Streams and data are never moved. All
// this happens to a copy; whoever asks for it puts the copy in place of the image only when it was found to read the
// same. What is not certain is refused: an image with a table that cannot be found, say, may have data that nobody
// counts.
#pragma once

#include <cstdint>

#include "byte_sink.hpp"
#include "image.hpp"
#include "result.hpp"

namespace qcow2 {

struct RepairSummary {
  std::uint64_t lowered = 0;       ///< size fields
  std::uint64_t raised = 0;        ///< size fields, of clusters that could not be read before
  std::uint64_t refcounts = 0;     ///< host clusters whose refcount was another
  std::uint64_t copied_flags = 0;  ///< entries whose bit 63 was wrong
  bool new_refcount_table = false;
  bool marks_cleared = false;  ///< the dirty and the corrupt bit

  bool changed() const {
    return lowered + raised + refcounts + copied_flags > 0 || new_refcount_table || marks_cleared;
  }
};

/// Repairs `copy`, which holds the bytes of `image`.
/// Refuses, with the rule that stands in the way, what it cannot prove safe.
Result<RepairSummary> repair(const Image& image, ByteStore& copy);

/// Whether each L2 entry of every table, active or of a snapshot, gives what it gave, where it gave anything; and
/// whether all tables name the same as before. Refuses the first that does not.
Result<void> reads_as_before(const Image& before, const Image& after);

}  // namespace qcow2
