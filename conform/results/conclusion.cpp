#include "results/conclusion.hpp"

#include <algorithm>

#include "results/summary.hpp"

namespace conform {
namespace {

std::string who_fails(const Results& results) {
  std::string names;
  for (const auto& info : results.header.implementations)
    if (std::any_of(results.records.begin(), results.records.end(), [&](const Record& record) {
          return record.implementation == info.name && record.level == Level::must && is_nonconformance(record.status);
        }))
      names += (names.empty() ? "" : ", ") + info.name;
  return names;
}

}  // namespace

std::string conclusion(const Results& results) {
  switch (exit_status(results)) {
    case 1: return "does not conform in must cases: " + who_fails(results);
    case 3: return "nothing was executed, so nothing is known";
    case 4: return "the harness failed, or an implementation was stopped: there is no result";
    case 5: return "an image differs from the lock: build the corpus again";
    case 6: return "the list of known failures is out of date: run `qcow2-conform known update`";
    default: return "conforms: every must case that ran passed";
  }
}

}  // namespace conform
