// How far a run is: a line that is rewritten on a terminal, plain lines now and then in a log.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdio>

#include "results/record.hpp"

namespace conform {

class Progress {
 public:
  explicit Progress(std::FILE* stream);

  void start(std::size_t implementations, std::size_t cases, std::size_t operations);
  void done(const Record& record);
  void finish();

 private:
  void show(const Record& record);

  std::FILE* stream_;
  bool terminal_;
  std::chrono::steady_clock::time_point started_{};
  std::chrono::steady_clock::time_point shown_{};
  std::size_t operations_ = 0;
  std::size_t done_ = 0;
  std::size_t failing_ = 0;
};

}  // namespace conform
