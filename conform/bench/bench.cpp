#include "bench/bench.hpp"

namespace conform {

Bench::Checked& Bench::checked(const Case& tested) const {
  return checked_[static_cast<std::size_t>(&tested - corpus.cases().data())];
}

const std::vector<std::string>& Bench::mismatches(const Case& tested) const {
  Checked& known = checked(tested);
  std::call_once(known.lock_once,
                 [&] { known.mismatches = spent.on(Work::hashing, [&] { return lock_mismatches(corpus, tested); }); });
  return known.mismatches;
}

const std::string& Bench::obstacle(const Case& tested) const {
  Checked& known = checked(tested);
  std::call_once(known.obstacle_once, [&] {
    if (tested.max_file_size && !work.holds(*tested.max_file_size))
      known.obstacle = fmt::format("the file system of {} holds no file of {:#x} bytes",
                                   work.root().parent_path().string(), *tested.max_file_size);
    else if (const auto& absence = corpus.absence(tested); !absence.empty())
      known.obstacle = "the corpus has no image: " + absence;
  });
  return known.obstacle;
}

}  // namespace conform
