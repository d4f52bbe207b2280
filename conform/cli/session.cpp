#include "cli/session.hpp"

#include <cstdio>

namespace conform::cli {

Session Session::here(int argc, char** argv) {
  std::error_code error;
  auto program = std::filesystem::read_symlink("/proc/self/exe", error);
  if (error) program = std::filesystem::absolute(argv[0]);
  const auto bin = program.parent_path();
  return {bin, (bin.parent_path() / "corpus").string(), QCOW2_CONFORM_IMPLEMENTATIONS, {argv, argv + argc}};
}

int usage_error(const Error& error) {
  fmt::print(stderr, "qcow2-conform: {}\n", error.message);
  return exit_usage;
}

std::filesystem::path results_file(const std::filesystem::path& given) {
  return std::filesystem::is_directory(given) ? given / "results.jsonl" : given;
}

void FilterOptions::add_to(Command& command) {
  command.options("--case", cases, "GLOB", "Only cases whose id, or family/id, matches GLOB (repeatable)")
      .options("--clause", clauses, "SLUG", "Only cases about this clause (repeatable)")
      .choice("--level", level, {"must", "should", "all"}, "must, should (with must), or all")
      .flag("--quick", quick, "Only a least set of cases that tells the model from each of its mutants (see selftest)");
}

Filters FilterOptions::filters() const {
  const Level level_max = level == "must" ? Level::must : level == "should" ? Level::should : Level::unspecified;
  return {cases, clauses, level_max, quick};
}

}  // namespace conform::cli
