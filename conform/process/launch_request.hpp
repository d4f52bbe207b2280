// What program is to be started, and with what.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace conform {

struct Launch {
  std::vector<std::string> argv;
  std::filesystem::path directory;  // empty: ours
  int input;                        // its standard input, and so on
  int output;
  int messages;
  std::uint64_t file_size;                    // of every file that it writes
  std::vector<std::filesystem::path> hidden;  // folders that look empty to it, where that can be had
  std::filesystem::path temporary;            // TMPDIR; empty: ours
};

}  // namespace conform
