// qcow2-conform compare: results side by side.

#include <cstdio>
#include <map>

#include "cli/session.hpp"
#include "report/terminal/side_by_side.hpp"
#include "results/merge.hpp"

namespace conform::cli {
namespace {

struct Options {
  std::vector<std::string> results;
  bool all = false;
};

/// Whose shards belong together.
std::string whose(const Results& part) {
  std::string text = part.header.suite + part.header.selection;
  for (const auto& info : part.header.implementations) text += "\n" + info.name + "\n" + info.version;
  return text;
}

/// Each file's results; shards of a run are made one.
Result<std::vector<Results>> load_all(const std::vector<std::string>& files) {
  std::vector<Results> all;
  std::map<std::string, std::vector<Results>> shards;
  for (const auto& file : files) {
    auto results = load_results(results_file(file));
    if (!results) return tl::unexpected(results.error());
    auto& group = results->header.shard.is_part() ? shards[whose(*results)] : all;
    group.push_back(std::move(*results));
  }
  for (auto& [who, parts] : shards) {
    auto whole = merge(std::move(parts));
    if (!whole) return tl::unexpected(whole.error());
    all.push_back(std::move(*whole));
  }
  return all;
}

int compare_command(const Options& options) {
  const auto results = load_all(options.results);
  if (!results) return usage_error(results.error());
  const auto compared = side_by_side(*results);
  if (!compared) return usage_error(compared.error());
  fmt::print("{}", to_text(*compared, options.all, Paint::for_terminal()));
  return exit_ok;
}

}  // namespace

void add_compare(Command& program, const Session&) {
  auto options = std::make_shared<Options>();
  program.command("compare", "Put implementations, or versions of one, side by side")
      .arguments("results", options->results, "Folders of runs, or results.jsonl files, of one corpus")
      .flag("--all", options->all, "Also list operations that all of them answer alike")
      .run([options] { return compare_command(*options); });
}

}  // namespace conform::cli
