#include "results/repeat.hpp"

#include <algorithm>

namespace conform {
namespace {

bool same_answer(const Record& a, const Record& b) {
  return a.status == b.status && a.choice == b.choice && a.observed_digest == b.observed_digest;
}

std::string answer(const Record& record) {
  std::string text(name(record.status));
  if (!record.choice.empty()) text += " " + record.choice;
  if (!record.observed_digest.empty()) text += fmt::format(" (sha256 {}…)", record.observed_digest.substr(0, 8));
  return text;
}

Record reconcile_one(std::vector<Record> runs) {
  const auto ours = std::find_if(runs.begin(), runs.end(),
                                 [](const Record& record) { return record.status == Status::harness_error; });
  if (ours != runs.end()) return *ours;
  if (std::all_of(runs.begin(), runs.end(), [&](const Record& record) { return same_answer(record, runs[0]); }))
    return runs[0];
  std::string answers;
  for (const auto& record : runs) answers += (answers.empty() ? "" : ", ") + answer(record);
  Record worst = *std::max_element(
      runs.begin(), runs.end(), [](const Record& a, const Record& b) { return badness(a.status) < badness(b.status); });
  worst.status = Status::flaky;
  worst.choice.clear();
  worst.detail =
      fmt::format("asked {} times: {}{}{}", runs.size(), answers, worst.detail.empty() ? "" : "; ", worst.detail);
  return worst;
}

}  // namespace

std::vector<Record> reconcile(std::vector<std::vector<Record>> attempts) {
  std::vector<Record> records;
  for (std::size_t i = 0; i < attempts[0].size(); ++i) {
    std::vector<Record> runs;
    for (auto& attempt : attempts) runs.push_back(std::move(attempt.at(i)));
    records.push_back(reconcile_one(std::move(runs)));
  }
  return records;
}

}  // namespace conform
