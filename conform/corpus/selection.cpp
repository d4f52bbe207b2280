#include "corpus/selection.hpp"

#include <fnmatch.h>

#include <algorithm>
#include <set>

#include "base/json_file.hpp"
#include "command_line/closest.hpp"

namespace conform {
namespace {

bool matches(const std::string& glob, const Case& one) {
  const std::string path = one.family + "/" + one.id;
  return ::fnmatch(glob.c_str(), one.id.c_str(), 0) == 0 || ::fnmatch(glob.c_str(), path.c_str(), 0) == 0;
}

bool names(const Case& one, const std::string& clause) {
  return std::find(one.clauses.begin(), one.clauses.end(), clause) != one.clauses.end();
}

std::vector<std::string> ids(const Corpus& corpus) {
  std::vector<std::string> all;
  for (const auto& one : corpus.cases()) {
    all.push_back(one.id);
    all.push_back(one.family + "/" + one.id);
  }
  return all;
}

std::vector<std::string> slugs(const Corpus& corpus) {
  std::vector<std::string> all;
  for (const auto& clause : corpus.clauses().all()) all.push_back(clause.slug);
  return all;
}

bool in_force(const Case& one) { return one.withdrawn.empty(); }

/// The least set of cases that still kills every mutant, as `selftest` found it.
Result<std::set<std::string>> quick_ids(const Corpus& corpus) {
  const auto file = corpus.folder() / "quick.json";
  const auto document = load_json(file);
  if (!document) return tl::unexpected(document.error());
  std::set<std::string> ids;
  try {
    ids = document->at("cases").get<std::set<std::string>>();
  } catch (const Json::exception& error) {
    return fail("{}: {}", file.string(), error.what());
  }
  for (const auto& id : ids)
    if (!corpus.find(id)) return fail("{}: there is no case {}", file.string(), id);
  return ids;
}

}  // namespace

Result<const Case*> case_named(const Corpus& corpus, const std::string& id) {
  if (const Case* found = corpus.find(id.substr(id.rfind('/') + 1))) return found;
  return fail("no such case: {}{}", id, command_line::did_you_mean(id, ids(corpus)));
}

Result<std::vector<const Case*>> select(const Corpus& corpus, const Filters& filters) {
  const auto& all = corpus.cases();
  for (const auto& glob : filters.cases)
    if (std::none_of(all.begin(), all.end(), [&](const Case& one) { return in_force(one) && matches(glob, one); }))
      return fail("no case matches {}{}", glob, command_line::did_you_mean(glob, ids(corpus)));
  for (const auto& slug : filters.clauses)
    if (std::none_of(all.begin(), all.end(), [&](const Case& one) { return in_force(one) && names(one, slug); }))
      return fail("no case is about the clause {}{}", slug, command_line::did_you_mean(slug, slugs(corpus)));

  std::set<std::string> quick;
  if (filters.quick) {
    auto ids = quick_ids(corpus);
    if (!ids) return tl::unexpected(ids.error());
    quick = std::move(*ids);
  }

  std::vector<const Case*> selected;
  for (const auto& one : all) {
    const bool by_case = filters.cases.empty() || std::any_of(filters.cases.begin(), filters.cases.end(),
                                                              [&](const auto& glob) { return matches(glob, one); });
    const bool by_clause = filters.clauses.empty() || std::any_of(filters.clauses.begin(), filters.clauses.end(),
                                                                  [&](const auto& slug) { return names(one, slug); });
    const bool by_quick = !filters.quick || quick.contains(one.id);
    if (in_force(one) && by_case && by_clause && by_quick && one.level <= filters.level_max) selected.push_back(&one);
  }
  if (selected.empty()) return fail("no case passes all of the filters");
  return selected;
}

}  // namespace conform
