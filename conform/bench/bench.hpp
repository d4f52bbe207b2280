// What all trials of a run share: the corpus, the work folder, the limits, what was found out about a case once, and
// where the time goes.
#pragma once

#include <deque>
#include <mutex>
#include <string>
#include <vector>

#include "base/work_folder.hpp"
#include "bench/time_spent.hpp"
#include "corpus/corpus.hpp"
#include "process/ending.hpp"

namespace conform {

class Bench {
 public:
  Bench(const Corpus& the_corpus, const WorkFolder& work_folder, const ProcessLimits& process_limits)
      : corpus(the_corpus), work(work_folder), limits(process_limits), checked_(the_corpus.cases().size()) {}

  const Corpus& corpus;
  const WorkFolder& work;
  const ProcessLimits limits;
  bool asks_qemu_img = true;  // what it makes of images that were written; it decides nothing
  const Spent spent{};

  /// What does not agree with the lock, found out before the first use of the case; empty: all does.
  const std::vector<std::string>& mismatches(const Case& tested) const;
  /// Why the work folder cannot hold the case's image; empty: it can.
  const std::string& obstacle(const Case& tested) const;

 private:
  struct Checked {
    std::once_flag lock_once;
    std::vector<std::string> mismatches;
    std::once_flag obstacle_once;
    std::string obstacle;
  };
  Checked& checked(const Case& tested) const;
  mutable std::deque<Checked> checked_;  // one a case, in the corpus's order
};

}  // namespace conform
