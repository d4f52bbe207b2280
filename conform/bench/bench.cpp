#include "bench/bench.hpp"

namespace conform {
namespace {

ProcessLimits confined(ProcessLimits limits, const Corpus& corpus, const WorkFolder& work) {
  limits.hidden = {std::filesystem::absolute(corpus.folder()), work.hidden()};
  for (const auto& folder : corpus.unpacked_folders()) limits.hidden.push_back(folder);
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
    known.folder = folder_for(tested.max_file_size.value_or(0));
    if (!known.folder)
      known.obstacle = fmt::format("the file system of {} cannot hold a file of {:#x} bytes",
                                   work.root().parent_path().string(), *tested.max_file_size);
    else if (const auto absence = corpus.absence(tested); !absence.empty())
      known.obstacle = "the corpus has no image: " + absence;
  });
  return known.obstacle;
}

const std::filesystem::path& Bench::folder(const Case& tested) const {
  return obstacle(tested).empty() ? checked(tested).folder->root() : work.root();
}

const WorkFolder* Bench::folder_for(std::uint64_t file_size) const {
  if (file_size == 0 || work.holds(file_size)) return &work;
  std::call_once(tmpfs_once_, [&] {
    if (auto made = WorkFolder::on_tmpfs()) tmpfs_.emplace(std::move(*made));
  });
  return tmpfs_ && tmpfs_->holds(file_size) ? &*tmpfs_ : nullptr;
}

}  // namespace conform
