// Where the time of a run goes besides the programs that it runs: what the suite adds, told apart.
#pragma once

#include <array>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <map>
#include <string>

namespace conform {

enum class Work {
  copying,  // of images, and taking the copies away
  hashing,  // of images before and after their use
  judging,  // outputs compared, images that were left taken in by the model
};
constexpr std::array works{Work::copying, Work::hashing, Work::judging};
const char* name(Work work);

/// Adds up what all threads spend.
class Spent {
 public:
  /// What `task` gives; its time counts as that work's.
  auto on(Work work, auto&& task) const {
    const Timing timing(nanoseconds_.at(static_cast<std::size_t>(work)));
    return task();
  }

  /// By the names of the works.
  std::map<std::string, double> seconds() const;

 private:
  /// Counts from its making to its end.
  class Timing {
   public:
    explicit Timing(std::atomic<std::int64_t>& nanoseconds) : nanoseconds_(nanoseconds) {}
    Timing(const Timing&) = delete;
    ~Timing() { nanoseconds_ += std::chrono::nanoseconds(Clock::now() - begin_).count(); }

   private:
    using Clock = std::chrono::steady_clock;
    std::atomic<std::int64_t>& nanoseconds_;
    Clock::time_point begin_ = Clock::now();
  };

  mutable std::array<std::atomic<std::int64_t>, works.size()> nanoseconds_{};
};

}  // namespace conform
