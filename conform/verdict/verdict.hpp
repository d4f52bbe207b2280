// What is expected, and what came out: the status. A pure function; every rule about right and wrong stands here.
#pragma once

#include <optional>
#include <set>
#include <string>

#include "corpus/case.hpp"
#include "verdict/status.hpp"

namespace conform {

/// An observation, reduced to what decides.
struct Facts {
  std::optional<Answer> answer;
  std::optional<Status> failure;  // crash, timeout, resource, harness-error: decides alone
  std::set<std::string> matches;  // the guest contents that the output equals; "" is the guest disk
  bool claims_features = true;    // the implementation claims every feature of the case
  bool may_lack = false;          // the operation asks for more than reading: who says unsupported has no means for it
  bool holds_right_disk = false;  // the image that was left has the right disk in it, whatever else is wrong with it
  bool is_as_of_twin = false;     // the output is what the valid twin of the image would have given
};

struct Verdict {
  Status status;
  std::string choice;  // the named answer, or the kind of answer where any is right
};

Verdict judge(const Expect& expect, const Facts& facts);

}  // namespace conform
