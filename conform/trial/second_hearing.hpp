// What took too long while others ran beside it is asked again alone, before that counts as its failure: a busy machine
// is no implementation's fault.
#pragma once

#include <functional>
#include <mutex>
#include <vector>

#include "results/record.hpp"

namespace conform {

/// A case, and an implementation by its number.
struct Task {
  const Case* tested;
  std::size_t who;
};

bool ran_out_of_time(const std::vector<Record>& records);

class SecondHearing {
 public:
  struct PutOff {
    Task task;
    std::vector<Record> records;  // of the first time
  };

  /// From any thread.
  void put_off(PutOff one);

  /// Asks for one after the other, with nothing beside it, and hands over what is then known of each: where an
  /// operation took too long, the second answer. An implementation that took too long again three times in a row is
  /// not asked any more, and keeps its first answers.
  void hold(const std::function<std::vector<Record>(const Task&)>& ask,
            const std::function<void(std::vector<Record>)>& take);

 private:
  std::mutex mutex_;
  std::vector<PutOff> put_off_;
};

}  // namespace conform
