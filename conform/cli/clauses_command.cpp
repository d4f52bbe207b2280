// qcow2-conform clauses: the clauses of the specification, and how many cases are about each.

#include <cstdio>

#include "cli/session.hpp"

namespace conform::cli {
namespace {

std::vector<std::string> cases_about(const Corpus& corpus, const std::string& slug) {
  std::vector<std::string> ids;
  for (const auto& one : corpus.cases())
    for (const auto& clause : one.clauses)
      if (clause == slug) ids.push_back(one.id);
  return ids;
}

int clauses_command(bool json, const Session& session) {
  const auto corpus = session.load_corpus();
  if (!corpus) return usage_error(corpus.error());
  Json list = Json::array();
  for (const auto& clause : corpus->clauses().all()) {
    const auto cases = cases_about(*corpus, clause.slug);
    if (json)
      list.push_back({{"slug", clause.slug},
                      {"level", name(clause.level)},
                      {"sentence", clause.sentence},
                      {"section", clause.section},
                      {"ground", clause.ground},
                      {"cases", cases}});
    else
      fmt::print("{:<11}  {:>3} cases  [{}] {}\n", name(clause.level), cases.size(), clause.slug, clause.sentence);
  }
  if (json) fmt::print("{}\n", list.dump(2));
  return exit_ok;
}

}  // namespace

void add_clauses(Command& program, const Session& session) {
  auto json = std::make_shared<bool>(false);
  program.command("clauses", "List the clauses").flag("--json", *json, "As JSON").run([json, &session] {
    return clauses_command(*json, session);
  });
}

}  // namespace conform::cli
