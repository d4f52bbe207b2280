#include "results/score.hpp"

#include <algorithm>

#include "base/result.hpp"

namespace conform {
namespace {

/// Nothing is held against it: right, or one of the answers that the text leaves open.
bool is_well(Status status) { return badness(status) == 0 || status == Status::inconsistent_choice; }

bool stands_in_fraction(const Record& record) {
  if (record.status == Status::unsupported) return false;
  return (record.offered && record.claimed) || was_executed(record.status);
}

}  // namespace

void Score::add(const Record& record) {
  if (!record.offered)
    ++not_offered_;
  else if (record.status == Status::unsupported)
    ++unsupported_;
  else if (record.status == Status::not_run)
    ++not_run_;
  if (!stands_in_fraction(record)) return;
  ++asked_;
  if (is_well(record.status))
    ++well_;
  else
    worst_ = std::max(worst_, badness(record.status));
}

std::string Score::fraction() const { return fmt::format("{}/{}", well_, asked_); }

std::string Score::beside() const {
  std::string text;
  const auto tell = [&](std::size_t number, const char* what) {
    if (number > 0) text += fmt::format("{}{} {}", text.empty() ? "" : ", ", number, what);
  };
  tell(not_offered_, "not offered");
  tell(unsupported_, "unsupported");
  tell(not_run_, "not run");
  return text;
}

std::string Score::text() const {
  const auto more = beside();
  return fraction() + " must" + (more.empty() ? "" : "; " + more);
}

}  // namespace conform
