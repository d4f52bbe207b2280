// All selected cases on all selected implementations, several at a time, and each result written when it is known.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "bench/bench.hpp"
#include "corpus/shard.hpp"
#include "implementation/implementation.hpp"
#include "results/known.hpp"
#include "results/results_writer.hpp"
#include "results/resume.hpp"
#include "trial/progress.hpp"

namespace conform {

struct RunRequest {  // of a shard: only its cases
  std::string suite;
  std::vector<Implementation> implementations;
  std::vector<const Case*> cases;
  std::vector<std::string> argv;
  unsigned jobs = 1;
  unsigned repeat = 1;  // how often each operation is asked for
  std::optional<KnownFailures> known;
  std::vector<const Case*> selected{};  // of all shards together
  Shard shard{};
  Done done{};  // what an interrupted run has done already
};

/// Asks for versions and canaries: what the results begin with.
Header introduce_all(const Bench& bench, const RunRequest& request);

/// What the run is to have, as records that are not-run; of all shards together, or of this one.
std::vector<Record> records_of(const RunRequest& request, const std::vector<const Case*>& cases);

/// An Error is our own failure to record results. An interrupted run (stopping_signal()) returns early, without a
/// footer. `header` is written already.
Result<void> run(const Bench& bench, const RunRequest& request, const Header& header, ResultsWriter& results,
                 Progress& progress);

}  // namespace conform
