// How a program may run and how it ended, reported and never judged.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace conform {

struct ProcessLimits {
  std::chrono::milliseconds time{20000};
  std::uint64_t memory = std::uint64_t{4} << 30;     // bytes resident, of each process; the program is killed beyond it
  std::size_t processes = 256;                       // at a time, whatever their process groups
  std::uint64_t file_size = std::uint64_t{1} << 40;  // of every file that it writes
  std::vector<std::filesystem::path> hidden{};       // folders that look empty to it, where that can be had
  std::filesystem::path temporary{};                 // TMPDIR; empty: ours
};

enum class Ending {
  exited,
  signalled,
  timed_out,       // killed: over limits.time
  over_memory,     // killed: one of its processes is over limits.memory
  over_processes,  // killed: it has more than limits.processes
  over_output,     // wrote beyond limits.file_size
  not_started,     // `messages` says why
  interrupted,     // the user stopped the run
  answered,        // an adapter gave its answer, and goes on
};

struct ProcessReport {
  Ending ending = Ending::not_started;
  int exit = 0;    // of exited
  int signal = 0;  // of signalled
  std::chrono::microseconds duration{0};
  std::uint64_t peak_memory = 0;  // bytes resident, of the largest process; at least our own at the time of the fork
  std::string messages;           // the first 4 KiB of what it printed
  bool left_children = false;     // it ended before its children did; they were killed
};

/// The first line that it printed, without what a terminal would act on.
std::string first_line(const ProcessReport& report);

}  // namespace conform
