#include "trial/second_hearing.hpp"

#include <algorithm>
#include <map>

#include "base/parallel.hpp"
#include "base/result.hpp"

namespace conform {
namespace {

constexpr int believed_after = 3;  // in a row: it hangs, or is slow

void add_to_details(std::vector<Record>& records, const char* text) {
  for (auto& record : records)
    if (record.over_time) record.detail += text;
}

}  // namespace

bool ran_out_of_time(const std::vector<Record>& records) {
  return std::any_of(records.begin(), records.end(), [](const Record& record) { return record.over_time; });
}

void SecondHearing::put_off(PutOff one) {
  const std::lock_guard lock(mutex_);
  put_off_.push_back(std::move(one));
}

void SecondHearing::hold(const std::function<std::vector<Record>(const Task&)>& ask,
                         const std::function<void(std::vector<Record>)>& take) {
  std::map<std::size_t, int> in_a_row;
  in_parallel(put_off_.size(), 1, [&](std::size_t i) {  // in a thread of its own: an adapter ends with its thread
    auto& [task, records] = put_off_[i];
    int& slow = in_a_row[task.who];
    if (slow >= believed_after) {
      add_to_details(records, "; not tried again: three operations before it were too slow alone, too");
      return take(std::move(records));
    }
    const auto second = ask(task);
    for (std::size_t k = 0; k < records.size(); ++k)
      if (records[k].over_time) records[k] = second.at(k);
    slow = ran_out_of_time(records) ? slow + 1 : 0;
    add_to_details(records, "; again when asked alone");
    take(std::move(records));
  });
}

}  // namespace conform
