// Judges the image that a modify has left: the disk, its snapshots, the files beside it that a step changes, and what a
// check says of them.
#pragma once

#include "process/command_template.hpp"
#include "verdict/written/inspect_image.hpp"

namespace conform {

/// What is found goes into `image`; `path` is where that image stands. An Error is our own failure.
Result<void> judge_modified(const Bench& bench, const Values& places, const Case& tested, const Operation& operation,
                            const std::filesystem::path& path, Inspection& image);

}  // namespace conform
