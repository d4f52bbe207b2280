// Findings for people and for JSON: many in a row that break one rule become one line with the first and the last
// place.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "check/findings.hpp"
#include "cli/cli.hpp"

namespace qcow2::cli {

/// One finding, or several in a row of one severity and one rule.
struct FindingFold {
  Finding first;
  std::uint64_t findings = 1;
  std::uint64_t count = 1;      ///< of all of them; of refcounts, host clusters
  std::optional<Where> last{};  ///< of several
};

class FindingFolds {
 public:
  void add(const Finding& finding);
  const std::vector<FindingFold>& all() const { return folds_; }

 private:
  std::vector<FindingFold> folds_;
};

std::string_view name(Severity severity);
std::string line(const FindingFold& fold);
Json json(const FindingFold& fold);

}  // namespace qcow2::cli
