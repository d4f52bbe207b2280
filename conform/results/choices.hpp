// The cases of a choice group must be answered alike by one implementation. Records of a group are therefore held back
// until the group is whole.
#pragma once

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "results/record.hpp"

namespace conform {

class ChoiceGroups {
 public:
  /// Before the run: one more record of this group is to come.
  void announce(const std::string& implementation, const std::string& group);

  /// The records that are final now: this one, or those of its group, or none yet.
  std::vector<Record> admit(Record record);

 private:
  struct Group {
    std::size_t awaited = 0;
    std::vector<Record> held;
  };
  std::map<std::pair<std::string, std::string>, Group> groups_;
};

/// Turns choice into inconsistent-choice in all of a group's records when they differ.
void settle(std::vector<Record>& group);

}  // namespace conform
