#include "selection.hpp"

#include <fnmatch.h>

#include <algorithm>

namespace conform {
namespace {

bool matches(const std::string& glob, const Case& one) {
  const std::string path = one.family + "/" + one.id;
  return ::fnmatch(glob.c_str(), one.id.c_str(), 0) == 0 || ::fnmatch(glob.c_str(), path.c_str(), 0) == 0;
}

bool names(const Case& one, const std::string& clause) {
  return std::find(one.clauses.begin(), one.clauses.end(), clause) != one.clauses.end();
}

bool in_force(const Case& one) { return one.withdrawn.empty(); }

}  // namespace

Result<std::vector<const Case*>> select(const Corpus& corpus, const Filters& filters) {
  const auto& all = corpus.cases();
  for (const auto& glob : filters.cases)
    if (std::none_of(all.begin(), all.end(), [&](const Case& one) { return in_force(one) && matches(glob, one); }))
      return fail("no case matches {}", glob);
  for (const auto& slug : filters.clauses)
    if (std::none_of(all.begin(), all.end(), [&](const Case& one) { return in_force(one) && names(one, slug); }))
      return fail("no case is about the clause {}", slug);

  std::vector<const Case*> selected;
  for (const auto& one : all) {
    const bool by_case = filters.cases.empty() || std::any_of(filters.cases.begin(), filters.cases.end(),
                                                              [&](const auto& glob) { return matches(glob, one); });
    const bool by_clause = filters.clauses.empty() || std::any_of(filters.clauses.begin(), filters.clauses.end(),
                                                                  [&](const auto& slug) { return names(one, slug); });
    if (in_force(one) && by_case && by_clause && one.level <= filters.level_max) selected.push_back(&one);
  }
  if (selected.empty()) return fail("no case passes all of the filters");
  return selected;
}

}  // namespace conform
