// How many of the operations that an implementation was asked for it answered as it must: the same in every report.
#pragma once

#include <cstddef>
#include <string>

#include "results/record.hpp"

namespace conform {

/// Of all must operations of one implementation. What stands in the fraction: operations that it offers and whose
/// features it claims, also where they did not run; and any other that got an answer that counts.
class Score {
 public:
  void add(const Record& record);

  std::size_t well() const { return well_; }
  std::size_t asked() const { return asked_; }
  std::size_t not_offered() const { return not_offered_; }
  std::size_t unsupported() const { return unsupported_; }
  std::size_t not_run() const { return not_run_; }
  /// The highest badness of what stands in the fraction; 0 where nothing is missing from it.
  int worst() const { return worst_; }

  /// "310/312"
  std::string fraction() const;
  /// "434 not offered, 2 not run"; empty: nothing stands beside.
  std::string beside() const;
  /// "310/312 must; 434 not offered, 2 not run"
  std::string text() const;

 private:
  std::size_t well_ = 0;
  std::size_t asked_ = 0;
  std::size_t not_offered_ = 0;
  std::size_t unsupported_ = 0;
  std::size_t not_run_ = 0;
  int worst_ = 0;
};

}  // namespace conform
