// What a results file amounts to: counts by implementation and family, summary.json, and the exit status of the run.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "results/results.hpp"
#include "results/score.hpp"

namespace conform {

struct Tally {
  Counts counts = conform::count({});
  std::size_t selected = 0;
  std::size_t not_offered = 0;  // of those not-run: the implementation has no such operation

  void add(const Record& record);
  std::size_t count(Status status) const { return counts.at(status); }
  /// Well: passed, or gave an answer that is left to it.
  std::size_t well() const;
  std::size_t executed() const;
  /// The highest badness that occurs; what is not offered is none.
  int worst() const;
};

struct ImplementationSummary {
  ImplementationInfo info;
  Tally all;
  Tally must;
  Score score{};  // of the must operations
  std::map<std::string, Tally> families;
};

/// In the order of the header.
std::vector<ImplementationSummary> summarise(const Results& results);

Json summary_json(const Results& results);

/// What is out of step in the list of known failures, a line each.
std::vector<std::string> out_of_step(const Results& results);

/// The first that applies: 5 an image that is not the lock's, 4 harness or canary, 1 a must case that does not conform,
/// 6 the list of known failures is out of step, 3 nothing was executed, 0. (2, usage, ends a run before there are
/// results.)
int exit_status(const Results& results);

}  // namespace conform
