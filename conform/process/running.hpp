// A program between its start and its end: watched, stopped with all that came of it, reaped.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

#include "base/open_file.hpp"
#include "process/ending.hpp"
#include "process/launch.hpp"

namespace conform {

class Running {
 public:
  using Clock = std::chrono::steady_clock;

  /// What launch() started, and our end of the pipe for its messages, which does not block.
  Running(Launched launched, FileDescriptor messages);
  Running(const Running&) = delete;
  ~Running();

  enum class Event { ended, readable };

  struct Watch {
    ProcessLimits limits;
    Clock::time_point begin;
    int also = -1;                   // a file of ours that becomes readable ends the watch
    std::filesystem::path output{};  // a file that must stay within limits.file_size
  };
  /// Until the program has ended, of itself or because a limit or the user made it, or until `also` is readable.
  Event watch(const Watch& watch);

  /// Waits so long for its end; whether it came.
  bool ended_within(Clock::duration time) { return wait(time, -1) == Event::ended; }

  /// All that came of it: SIGTERM, and after a moment SIGKILL. The report will say `why`.
  void stop(Ending why);

  /// After its end, once: how it ended, and nothing of it is left.
  ProcessReport reap();

  /// The first 4 KiB that it printed since they were last taken.
  std::string take_messages();

  /// The program itself; 0 when it is gone.
  pid_t program() const;

 private:
  std::optional<Ending> reason_to_stop(const Watch& watch);
  std::optional<Event> wait(Clock::duration time, int also);
  bool drain();
  void end();

  pid_t keeper_;
  FileDescriptor account_;
  FileDescriptor handle_;  // of the keeper
  FileDescriptor messages_;
  std::optional<Ending> forced_;
  bool reaped_ = false;
  std::uint64_t seen_resident_ = 0;  // bytes, of the largest process whenever the limits were looked at
  std::string said_;
};

}  // namespace conform
