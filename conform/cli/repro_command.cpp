// qcow2-conform repro CASE --impl NAME --out DIR: one case on one implementation, put into a folder for a bug report.

#include "report/repro.hpp"

#include <cstdio>

#include "base/shell.hpp"
#include "bench/bench.hpp"
#include "cli/chosen.hpp"
#include "implementation/introduction.hpp"
#include "trial/run.hpp"
#include "trial/trial.hpp"

namespace conform::cli {
namespace {

struct Options {
  std::string id;
  ImplementationOptions implementations;
  std::string out = "repro";
};

Result<void> repro(const Options& options, const Session& session) {
  auto implementations = options.implementations.choose(session.places());
  if (!implementations) return tl::unexpected(implementations.error());
  if (implementations->size() != 1) return fail("one implementation, by --impl or by its commands");
  if (auto greeted = greet_adapters(*implementations); !greeted) return greeted;
  const auto corpus = session.load_corpus();
  if (!corpus) return tl::unexpected(corpus.error());
  const auto tested = case_named(*corpus, options.id);
  if (!tested) return tl::unexpected(tested.error());
  const auto& implementation = implementations->front();
  if (const auto absent = why_absent(implementation); !absent.empty())
    return fail("{}: {}", implementation.name, absent);

  const auto work = WorkFolder::make();
  if (!work) return tl::unexpected(work.error());
  const Bench bench(*corpus, *work, {});
  const auto records = try_case(bench, implementation, {}, **tested);
  const auto written = report::write_repro({.corpus = *corpus,
                                            .tested = **tested,
                                            .implementation = implementation,
                                            .version = ask_version(implementation),
                                            .command = shell_line(session.argv),
                                            .records = records},
                                           options.out);
  if (!written) return tl::unexpected(written.error());
  for (const auto& record : records)
    fmt::print("{} #{}: {}{}{}\n", name(record.op), record.index, name(record.status),
               record.detail.empty() ? "" : ": ", record.detail);
  fmt::print("{}\n", (std::filesystem::path(options.out) / "README.md").string());
  return {};
}

}  // namespace

void add_repro(Command& program, const Session& session) {
  auto options = std::make_shared<Options>();
  auto command = program.command("repro", "Run one case on one implementation, and keep everything in a folder");
  command.argument("case", options->id, "Its id").option("--out", options->out, "DIR", "A new or empty folder");
  options->implementations.add_to(command);
  command.run([options, &session] {
    const auto done = repro(*options, session);
    return done ? exit_ok : usage_error(done.error());
  });
}

}  // namespace conform::cli
