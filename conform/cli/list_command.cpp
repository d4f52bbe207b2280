// qcow2-conform list: the cases, a line each.

#include <cstdio>

#include "cli/session.hpp"

namespace conform::cli {
namespace {

std::string verdicts(const Case& one) {
  std::string text;
  for (const auto& operation : one.operations)
    text += fmt::format("{}{}: {}", text.empty() ? "" : ", ", name(operation.op),
                        operation.expect.text.at("verdict").get<std::string>());
  return text;
}

int list_command(const FilterOptions& options, const Session& session) {
  const auto corpus = session.load_corpus();
  if (!corpus) return usage_error(corpus.error());
  const auto cases = select(*corpus, options.filters());
  if (!cases) return usage_error(cases.error());
  std::size_t widest = 0;
  for (const Case* one : *cases) widest = std::max(widest, one->family.size() + 1 + one->id.size());
  for (const Case* one : *cases)
    fmt::print("{:<{}}  {:<11}  {}\n", one->family + "/" + one->id, widest, name(one->level), verdicts(*one));
  fmt::print(stderr, "{} cases\n", cases->size());
  return exit_ok;
}

}  // namespace

void add_list(Command& program, const Session& session) {
  auto options = std::make_shared<FilterOptions>();
  auto list = program.command("list", "List the cases");
  options->add_to(list);
  list.run([options, &session] { return list_command(*options, session); });
}

}  // namespace conform::cli
