// Starts one program that may be hostile, in a process group of its own and with limits that the kernel enforces.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "base/result.hpp"

namespace conform {

struct Launch {
  std::vector<std::string> argv;
  std::filesystem::path directory;  // empty: ours
  int input;                        // its standard input, and so on
  int output;
  int messages;
  std::uint64_t file_size;  // of every file that it writes
};

/// The leader of the new process group. It ends when the thread that started it ends. The error says why it could not
/// be started; nothing is left then. Whoever of its group becomes an orphan becomes our child.
Result<pid_t> launch(const Launch& request);

}  // namespace conform
