#include "results/choices.hpp"

#include <algorithm>
#include <tuple>

namespace conform {

void ChoiceGroups::announce(const std::string& implementation, const std::string& group) {
  if (!group.empty()) ++groups_[{implementation, group}].awaited;
}

std::vector<Record> ChoiceGroups::admit(Record record) {
  if (record.choice_group.empty()) return {std::move(record)};
  Group& group = groups_[{record.implementation, record.choice_group}];
  group.held.push_back(std::move(record));
  if (group.held.size() < group.awaited) return {};
  settle(group.held);
  return std::exchange(group.held, {});
}

void settle(std::vector<Record>& group) {
  std::sort(group.begin(), group.end(), [](const Record& a, const Record& b) {
    return std::tie(a.case_id, a.index) < std::tie(b.case_id, b.index);
  });
  const auto chose = [](const Record& record) { return record.status == Status::choice; };
  const auto first = std::find_if(group.begin(), group.end(), chose);
  if (first == group.end()) return;
  const auto other = std::find_if(
      first, group.end(), [&](const Record& record) { return chose(record) && record.choice != first->choice; });
  if (other == group.end()) return;
  const std::string detail =
      fmt::format("{} is answered with {}, {} with {}", first->case_id, first->choice, other->case_id, other->choice);
  for (auto& record : group)
    if (chose(record)) {
      record.status = Status::inconsistent_choice;
      record.detail = detail;
    }
}

}  // namespace conform
