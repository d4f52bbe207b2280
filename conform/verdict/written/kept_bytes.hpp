// What could be read of an image before an operation that must not lose any of it: a repair, a change that was refused.
#pragma once

#include <string>

#include "bench/bench.hpp"
#include "process/command_template.hpp"

namespace conform {

/// The first byte that is another now, or cannot be read any more, in the active disk and then in the snapshots; empty:
/// all are as they were. `places` of an implementation, `image` as it stands now.
Result<std::string> lost_bytes(const Bench& bench, const Values& places, const Case& tested,
                               const std::filesystem::path& image);

}  // namespace conform
