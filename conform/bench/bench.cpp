#include "bench/bench.hpp"

namespace conform {

Bench::Checked& Bench::checked(const Case& of) const {
  return checked_[static_cast<std::size_t>(&of - corpus.cases().data())];
}

const std::vector<std::string>& Bench::mismatches(const Case& of) const {
  Checked& known = checked(of);
  std::call_once(known.lock_once,
                 [&] { known.mismatches = spent.on(Work::hashing, [&] { return lock_mismatches(corpus, of); }); });
  return known.mismatches;
}

const std::string& Bench::obstacle(const Case& of) const {
  Checked& known = checked(of);
  std::call_once(known.obstacle_once, [&] {
    if (of.max_file_size && !work.holds(*of.max_file_size))
      known.obstacle = fmt::format("the file system of {} holds no file of {:#x} bytes",
                                   work.root().parent_path().string(), *of.max_file_size);
    else if (const auto& absence = corpus.absence(of); !absence.empty())
      known.obstacle = "the corpus has no image: " + absence;
  });
  return known.obstacle;
}

}  // namespace conform
