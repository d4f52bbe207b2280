// check --repair: the image's file replaced by a repaired copy, or left as it is.
#pragma once

#include "files/files.hpp"
#include "repair/repair.hpp"

namespace qcow2 {

enum class RepairMode {
  replace,
  dry_run,  ///< everything but the replacing
};

/// Repairs a copy of the file, proves that it reads as before, and puts it in the file's place; where there is nothing
/// to repair the file is not touched. Refuses what cannot be proved safe. Throws UsageError where the file is in use or
/// the copy cannot be written.
Result<RepairSummary> repair_file(const OpenFile& file, const Image& image, RepairMode mode);

}  // namespace qcow2
