// All selected cases on all selected implementations, several at a time, and each result written when it is known.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "bench.hpp"
#include "implementation.hpp"
#include "known.hpp"
#include "progress.hpp"
#include "results_writer.hpp"

namespace conform {

struct RunRequest {
  std::string suite;
  std::vector<Implementation> implementations;
  std::vector<const Case*> cases;
  std::vector<std::string> argv;
  unsigned jobs = 1;
  unsigned repeat = 1;  // how often each operation is asked for
  std::optional<KnownFailures> known;
};

/// An Error is our own failure to record results. An interrupted run (stopping_signal()) returns early, without a footer.
Result<void> run(const Bench& bench, const RunRequest& request, ResultsWriter& results, Progress& progress);

}  // namespace conform
