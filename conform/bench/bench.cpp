#include "bench/bench.hpp"

namespace conform {
namespace {

ProcessLimits confined(ProcessLimits limits, const Corpus& corpus, const WorkFolder& work) {
  limits.hidden = {std::filesystem::absolute(corpus.folder()), work.hidden()};
  limits.temporary = work.root();
  return limits;
}

}  // namespace

Bench::Bench(const Corpus& the_corpus, const WorkFolder& work_folder, const ProcessLimits& process_limits)
    : corpus(the_corpus),
      work(work_folder),
      limits(confined(process_limits, the_corpus, work_folder)),
      checked_(the_corpus.cases().size()) {}

Bench::Checked& Bench::checked(const Case& tested) const {
  return checked_[static_cast<std::size_t>(&tested - corpus.cases().data())];
}

std::vector<std::string> Bench::mismatches(const Case& tested) const {
  Checked& known = checked(tested);
  const std::lock_guard lock(known.lock_mutex);
  std::vector<FileStamp> stamps;
  for (const auto& file : locked_files(corpus, tested)) stamps.emplace_back(file);
  if (known.stamps != stamps) {
    known.mismatches = spent.on(Work::hashing, [&] { return lock_mismatches(corpus, tested); });
    known.stamps = std::move(stamps);
  }
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
