// qcow2-conform selftest: whether the suite would notice a wrong implementation.

#include "selftest/selftest.hpp"

#include <fnmatch.h>

#include <algorithm>
#include <csignal>
#include <cstdio>

#include "base/parallel.hpp"
#include "base/replace_file.hpp"
#include "base/work_folder.hpp"
#include "cli/session.hpp"
#include "process/signals.hpp"
#include "selftest/kill_judgement.hpp"
#include "selftest/kill_report.hpp"

namespace conform::cli {
namespace {

namespace fs = std::filesystem;

constexpr int exit_lives = 1;

struct Options {
  std::vector<std::string> mutants;
  FilterOptions filters;
  bool sample = false;
  unsigned jobs = processors();
  double timeout = 3;
  std::string source;
  std::string list;
  std::string work;
  std::string matrix;
  std::string onto;
  std::string out = "results/selftest";

  bool whole() const {
    if (!onto.empty()) return true;
    return mutants.empty() && !sample && filters.cases.empty() && filters.clauses.empty() && !filters.quick;
  }
};

int harness_error(const Error& error) {
  fmt::print(stderr, "qcow2-conform: {}\n", error.message);
  return exit_harness;
}

Result<std::vector<Mutant>> choose(const Options& options, const std::vector<Mutant>& all) {
  std::vector<Mutant> chosen;
  const auto candidates = options.sample ? sample(all) : all;
  for (const auto& glob : options.mutants) {
    const auto former_size = chosen.size();
    for (const auto& mutant : candidates)
      if (::fnmatch(glob.c_str(), mutant.name.c_str(), 0) == 0) chosen.push_back(mutant);
    if (chosen.size() == former_size) return fail("no mutant matches {}", glob);
  }
  return options.mutants.empty() ? candidates : chosen;
}

void print(const char* heading, const std::vector<std::string>& lines) {
  if (lines.empty()) return;
  fmt::print("{}:\n", heading);
  for (const auto& line : lines) fmt::print("  {}\n", line);
}

int report(const Options& options, const KillMatrix& matrix, const Corpus& corpus) {
  const auto controls = load_controls(fs::path(options.list) / "positive-controls.json");
  if (!controls) return usage_error(controls.error());
  const auto judgement = judge(matrix, *controls, options.whole());
  const fs::path folder = options.out;
  std::error_code error;
  fs::create_directories(folder, error);
  const KillReport said{matrix, judgement, *controls, corpus};
  for (const auto& [name, text] : {std::pair<const char*, std::string>{"kill-matrix.json", matrix_json(matrix)},
                                   {"kill-matrix.md", markdown(said)},
                                   {"kill-matrix.html", page(said)},
                                   {"quick.json", quick_json(quick_cases(matrix))}})
    if (auto written = replace_file(folder / name, text); !written) return harness_error(written.error());
  print("living mutants", judgement.survivors);
  print("cases that kill nothing", judgement.idle_cases);
  print("errors", judgement.errors);
  fmt::print("{}\ndetails in {}\n", summary_line(said), (folder / "kill-matrix.html").string());
  return judgement.well() ? exit_ok : exit_lives;
}

Result<KillMatrix> try_all(const Options& options, const Session& session, const Corpus& corpus,
                           std::vector<Mutant> mutants, std::vector<const Case*> cases) {
  const auto build = ModelBuild::load(options.source, session.bin.parent_path());
  if (!build) return tl::unexpected(build.error());
  const auto work = WorkFolder::make();
  if (!work) return tl::unexpected(work.error());
  ProcessLimits limits;
  limits.time = std::chrono::milliseconds(static_cast<std::int64_t>(options.timeout * 1000));
  Bench bench(corpus, *work, limits);
  bench.asks_qemu_img = false;
  const auto places = session.places();
  const fs::path folder = options.work.empty() ? work->root() / "mutants" : fs::absolute(options.work);
  std::error_code error;
  fs::create_directories(folder, error);
  std::size_t done = 0;
  const std::size_t total = mutants.size();
  return selftest(bench, {
                             .build = *build,
                             .mutants = std::move(mutants),
                             .cases = std::move(cases),
                             .places = places,
                             .folder = folder,
                             .jobs = options.jobs,
                             .progress =
                                 [&](const MatrixMutant& row) {
                                   fmt::print(stderr, "{}/{} {}: {} kills, {} crashes\n", ++done, total,
                                              row.mutant.name, row.kills(), row.crashes());
                                 },
                         });
}

/// A matrix of exactly the mutants and cases that there are now.
Result<KillMatrix> load_current(const fs::path& file, const std::vector<Mutant>& mutants, const Corpus& corpus) {
  constexpr const char* remedy = "make it again with scripts/kill-matrix";
  auto matrix = load_matrix(file, mutants);
  if (!matrix) return fail("{}; {}", matrix.error().message, remedy);
  const auto cases = select(corpus, {});
  if (!cases) return tl::unexpected(cases.error());
  const auto is = [](const MatrixCase& one, const Case* tested) {
    return one.id == tested->id && one.family == tested->family && one.level == tested->level;
  };
  if (!std::equal(matrix->cases.begin(), matrix->cases.end(), cases->begin(), cases->end(), is))
    return fail("{}: it was made for other cases than there are now; {}", file.string(), remedy);
  return matrix;
}

void leave_out_known(const KillMatrix& matrix, std::vector<Mutant>& mutants) {
  std::erase_if(mutants, [&](const Mutant& mutant) {
    return std::any_of(matrix.mutants.begin(), matrix.mutants.end(),
                       [&](const MatrixMutant& row) { return row.mutant.name == mutant.name; });
  });
}

int selftest_command(const Options& options, const Session& session) {
  const auto all = load_mutants(options.list);
  if (!all) return usage_error(all.error());
  const auto corpus = session.load_corpus();
  if (!corpus) return usage_error(corpus.error());
  if (!options.matrix.empty()) {
    const auto matrix = load_current(options.matrix, *all, *corpus);
    return matrix ? report(options, *matrix, *corpus) : usage_error(matrix.error());
  }
  auto mutants = choose(options, *all);
  if (!mutants) return usage_error(mutants.error());
  KillMatrix older;
  if (!options.onto.empty()) {
    auto matrix = read_matrix(options.onto);
    if (!matrix) return usage_error(matrix.error());
    older = std::move(*matrix);
    if (options.mutants.empty()) leave_out_known(older, *mutants);
  }
  auto cases = select(*corpus, options.filters.filters());
  if (!cases) return usage_error(cases.error());
  stop_on_signals();
  const auto matrix = try_all(options, session, *corpus, std::move(*mutants), std::move(*cases));
  if (const int number = stopping_signal(); number != 0) {
    std::signal(number, SIG_DFL);
    std::raise(number);
  }
  if (!matrix) return harness_error(matrix.error());
  if (options.onto.empty()) return report(options, *matrix, *corpus);
  const auto every_case = select(*corpus, {});
  if (!every_case) return usage_error(every_case.error());
  return report(options, merged(older, *matrix, *all, *every_case), *corpus);
}

}  // namespace

void add_selftest(Command& program, const Session& session) {
  auto options = std::make_shared<Options>();
  options->source = session.source().string();
  options->list = (session.data / "mutants").string();
  auto selftest = program.command("selftest", "Build mutants of the model, and see whether the cases kill them");
  selftest.options("--mutant", options->mutants, "GLOB", "Only mutants whose name matches GLOB (repeatable)")
      .flag("--sample", options->sample, "Only one or two mutants of each part of the model");
  options->filters.add_to(selftest);
  selftest.jobs("--jobs", options->jobs, 1024, "How many mutants at a time")
      .number("--timeout", options->timeout, 0.01, 86400.0, "Seconds for one operation")
      .option("--source", options->source, "DIR", "The project's sources")
      .option("--mutants", options->list, "DIR", "The list of mutants, and of positive controls")
      .option("--work", options->work, "DIR", "Where mutants are built and kept (default: a temporary folder)")
      .option("--from", options->matrix, "FILE", "Run nothing; report on this kill-matrix.json and judge it again")
      .option("--onto", options->onto, "FILE",
              "Run the chosen mutants, or those that this kill-matrix.json lacks, and add them to it")
      .option("--out", options->out, "DIR", "Where the kill matrix and quick.json go");
  selftest.run([options, &session] { return selftest_command(*options, session); });
}

}  // namespace conform::cli
