// qcow2-conform doctor: which implementations can run here, and what will be not-run for want of what.

#include <cstdio>

#include "bench/bench.hpp"
#include "cli/session.hpp"
#include "implementation/introduction.hpp"

namespace conform::cli {
namespace {

std::string operations(const Implementation& implementation) {
  std::string text;
  for (const auto& [op, command] : implementation.commands)
    text += fmt::format("{}{}", text.empty() ? "" : ", ", name(op));
  return text;
}

Result<void> examine_implementations(const Places& places) {
  const auto all = load_implementations(places);
  if (!all) return tl::unexpected(all.error());
  for (const auto& one : *all) {
    const auto absent = why_absent(one);
    if (absent.empty())
      fmt::print("present  {}: {}; {}\n", one.name, operations(one), ask_version(one));
    else
      fmt::print("absent   {}: {}; its operations will be not-run\n", one.name, absent);
  }
  return {};
}

Result<void> examine_corpus(const Session& session) {
  const auto corpus = session.load_corpus();
  if (!corpus) return tl::unexpected(corpus.error());
  const auto work = WorkFolder::make();
  if (!work) return tl::unexpected(work.error());
  const Bench bench(*corpus, *work, {});
  fmt::print("present  corpus: {} cases in {}\n", corpus->cases().size(), session.corpus);
  for (const auto& one : corpus->cases()) {
    if (!one.withdrawn.empty()) fmt::print("left out {}: withdrawn: {}\n", one.id, one.withdrawn);
    if (!bench.obstacle(one).empty()) fmt::print("not-run  {}: {}\n", one.id, bench.obstacle(one));
  }
  return {};
}

int doctor_command(const Session& session) {
  if (auto examined = examine_implementations(session.places()); !examined) return usage_error(examined.error());
  if (auto examined = examine_corpus(session); !examined) return usage_error(examined.error());
  return exit_ok;
}

}  // namespace

void add_doctor(Command& program, const Session& session) {
  program.command("doctor", "Show what is installed, and what will not be run").run([&session] {
    return doctor_command(session);
  });
}

}  // namespace conform::cli
