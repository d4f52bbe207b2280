// Runs one program that may be hostile: on its own, with limits, and nothing of it left behind.
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

}  // namespace conform
