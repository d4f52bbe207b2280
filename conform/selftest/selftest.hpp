// The suite on trial: every mutant of the model is built, and all cases are run on it as on any implementation.
#pragma once

#include <filesystem>
#include <functional>
#include <vector>

#include "bench/bench.hpp"
#include "implementation/implementation.hpp"
#include "mutants/kill_matrix.hpp"
#include "selftest/model_build.hpp"

namespace conform {

struct SelftestRequest {
  const ModelBuild& build;
  std::vector<Mutant> mutants;
  std::vector<const Case*> cases;
  Places places;                 // of the unchanged model, which judges what a mutant writes
  std::filesystem::path folder;  // where mutants are built
  unsigned jobs = 1;
  /// Called when a mutant is through, by one thread at a time.
  std::function<void(const MatrixMutant&)> progress;
};

/// An Error is a mutant that does not match or build, a case that the unchanged model fails, or an interruption.
Result<KillMatrix> selftest(const Bench& bench, const SelftestRequest& request);

}  // namespace conform
