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

void FilterOptions::add_to(CLI::App& app) {
  app.add_option("--case", cases, "Only cases whose id, or family/id, matches GLOB (repeatable)")
      ->type_name("GLOB")
      ->allow_extra_args(false);
  app.add_option("--clause", clauses, "Only cases about this clause (repeatable)")
      ->type_name("SLUG")
      ->allow_extra_args(false);
  app.add_option("--level", level, "must, should (with must), or all")
      ->check(CLI::IsMember({"must", "should", "all"}))
      ->capture_default_str();
}

Filters FilterOptions::filters() const {
  const Level level_max = level == "must" ? Level::must : level == "should" ? Level::should : Level::unspecified;
  return {cases, clauses, level_max};
}

}  // namespace conform::cli
