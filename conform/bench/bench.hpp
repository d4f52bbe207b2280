// What all trials of a run share: the corpus, the work folder, the limits, what was found out about a case once, and
// where the time goes.
#pragma once

#include <deque>
#include <filesystem>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "base/file_stamp.hpp"
#include "base/work_folder.hpp"
#include "bench/time_spent.hpp"
#include "corpus/corpus.hpp"
#include "process/ending.hpp"

namespace conform {

class Bench {
 public:
  Bench(const Corpus& the_corpus, const WorkFolder& work_folder, const ProcessLimits& process_limits);

  const Corpus& corpus;
  const WorkFolder& work;
  const ProcessLimits limits;       // and the corpus is hidden
  bool holds_to_case_times = true;  // the limits of time that a few cases have of their own
  std::uint64_t seed = 1;           // of the order in which requests are in flight together
  bool asks_qemu_img = true;        // what it makes of images that were written; it decides nothing
  const Spent spent{};

  /// What does not agree with the lock now; empty: all does. Files are read again only when they have changed.
  std::vector<std::string> mismatches(const Case& tested) const;
  /// Why no folder of the run can hold the case's image; empty: one can.
  const std::string& obstacle(const Case& tested) const;
  /// Where copies of the case's image go: the work folder, or one on tmpfs where files may be as long as the image.
  const std::filesystem::path& folder(const Case& tested) const;

 private:
  struct Checked {
    std::mutex lock_mutex;
    std::optional<std::vector<FileStamp>> stamps;  // of the files as they were when they were read
    std::vector<std::string> mismatches;
    std::once_flag obstacle_once;
    std::string obstacle;
    const WorkFolder* folder = nullptr;
  };
  Checked& checked(const Case& tested) const;
  const WorkFolder* folder_for(std::uint64_t file_size) const;
  mutable std::deque<Checked> checked_;  // one a case, in the corpus's order
  mutable std::once_flag tmpfs_once_;
  mutable std::optional<WorkFolder> tmpfs_;
};

}  // namespace conform
