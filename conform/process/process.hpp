// Runs one program that may be hostile: in its own process group, with limits, and nothing of it left behind.
//
// How it ended is reported, never judged. Whatever it printed is kept as evidence, up to a cap.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "process/ending.hpp"

namespace conform {

struct ProcessRequest {
  std::vector<std::string> argv;
  /// Where standard output goes; without it, it is kept with the messages.
  std::optional<std::filesystem::path> standard_output;
  ProcessLimits limits;
  /// Where it runs; empty: where we do.
  std::filesystem::path directory{};
};

ProcessReport run_process(const ProcessRequest& request);

/// Ends what left its process group to outlive its program. Only while nothing runs: it cannot tell them apart.
void kill_escaped_children();

}  // namespace conform
