// Half-open spans of numbers, and how many of them cover each place. What they cost follows how many there are, not how
// long they are.
#pragma once

#include <algorithm>
#include <cstdint>
#include <map>
#include <vector>

namespace qcow2 {

class Spans {
 public:
  /// [begin, end), all of it covered `times` times.
  struct Run {
    std::uint64_t begin = 0;
    std::uint64_t end = 0;
    std::uint64_t times = 0;
  };

  void add(std::uint64_t begin, std::uint64_t end, std::uint64_t times = 1) {
    if (begin == end) return;
    changes_[begin] += times;
    changes_[end] -= times;  // modulo 2^64; the sums come out right
  }

  /// What is covered at all, in order; neighbours may be covered as often as each other.
  std::vector<Run> runs() const {
    std::vector<Run> runs;
    std::uint64_t begin = 0;
    std::uint64_t times = 0;
    for (const auto& [place, change] : changes_) {
      if (times != 0) runs.push_back({begin, place, times});
      begin = place;
      times += change;
    }
    return runs;
  }

 private:
  std::map<std::uint64_t, std::uint64_t> changes_;
};

}  // namespace qcow2
