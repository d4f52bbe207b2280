#include "cli/session.hpp"

#include <cstdio>

namespace conform::cli {
namespace {

/// In a build tree, where things really lie: paths are printed.
std::filesystem::path resolved(const std::filesystem::path& folder) {
  std::error_code error;
  auto real = std::filesystem::canonical(folder, error);
  return error ? folder : real;
}

}  // namespace

Session Session::here(int argc, char** argv) {
  std::error_code error;
  auto program = std::filesystem::read_symlink("/proc/self/exe", error);
  if (error) program = std::filesystem::absolute(argv[0]);
  const auto prefix = program.parent_path().parent_path();
  const auto data = prefix / "share/qcow2-conform";
  return {
      .bin = resolved(prefix / "libexec/qcow2-conform"),
      .data = data,
      .corpus = resolved(data / "corpus").string(),
      .implementations = resolved(data / "implementations").string(),
      .argv = {argv, argv + argc},
  };
}

std::filesystem::path Session::source() const { return resolved(data / "source"); }

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
      .flag("--quick", quick, "Only a small set of cases that still kills every mutant (see selftest)");
}

Filters FilterOptions::filters() const {
  const Level level_max = level == "must" ? Level::must : level == "should" ? Level::should : Level::unspecified;
  return {cases, clauses, level_max, quick};
}

}  // namespace conform::cli
