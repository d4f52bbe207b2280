// qcow2-conform run: the cases on the implementations; results.jsonl, summary.json, and a report on the terminal.

#include "run.hpp"

#include <csignal>
#include <cstdio>
#include <set>
#include <thread>

#include "cli/session.hpp"
#include "failures.hpp"
#include "matrix.hpp"
#include "replace_file.hpp"
#include "summary.hpp"

namespace conform::cli {
namespace {

namespace fs = std::filesystem;

struct Options {
  FilterOptions filters;
  std::vector<std::string> implementations;
  std::map<Op, std::optional<std::string>> command_lines;
  std::vector<int> reject_exits{1};
  std::string name = "command-line";
  unsigned jobs = std::max(1U, std::thread::hardware_concurrency());
  unsigned repeat = 1;
  double timeout = 20;
  std::string known;
  std::string out = "results";
};

Result<Implementation> named(const std::string& name, const Places& places) {
  const bool is_file = name.find('/') != std::string::npos || name.ends_with(".json");
  const fs::path file = is_file ? fs::path(name) : places.implementations / (name + ".json");
  if (!is_file && !fs::exists(file)) return fail("no implementation {} in {}", name, places.implementations.string());
  return load_implementation(file, places);
}

/// Those of --impl and of the command lines; without either, all of the folder.
Result<std::vector<Implementation>> choose_implementations(const Options& options, const Places& places) {
  std::map<Op, std::string> commands;
  for (const auto& [op, line] : options.command_lines)
    if (line) commands[op] = *line;
  if (options.implementations.empty() && commands.empty()) return load_implementations(places);
  std::vector<Implementation> chosen;
  for (const auto& name : options.implementations) {
    auto one = named(name, places);
    if (!one) return tl::unexpected(one.error());
    chosen.push_back(std::move(*one));
  }
  if (!commands.empty()) {
    auto one = from_command_lines({options.name, commands, options.reject_exits}, places);
    if (!one) return tl::unexpected(one.error());
    chosen.push_back(std::move(*one));
  }
  std::set<std::string> names;
  for (const auto& one : chosen)
    if (!names.insert(one.name).second) return fail("two implementations are named {}", one.name);
  return chosen;
}

/// The report is made from the file, so it tells what was written and nothing else.
Result<int> report(const fs::path& folder, const Corpus& corpus) {
  const auto results = load_results(folder / "results.jsonl");
  if (!results) return tl::unexpected(results.error());
  const auto summary = summary_json(*results).dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
  if (auto written = replace_file(folder / "summary.json", summary); !written) return tl::unexpected(written.error());
  const Paint paint = Paint::for_terminal();
  const auto summaries = worst_first(summarise(*results));
  const int status = exit_status(*results);
  fmt::print("{}{}\n{}\n", failures(*results, summaries, corpus, paint, terminal_width()), matrix(summaries, paint),
             identities(summaries, paint));
  for (const auto& line : out_of_step(*results)) fmt::print("{}\n", paint.doubtful("known failures: " + line));
  fmt::print("{}, corpus {}; details in {}; exit status {}\n", results->header.suite,
             results->header.corpus_digest.substr(0, 12), (folder / "results.jsonl").string(), status);
  return status;
}

/// As the signal would have ended us.
int end_by_signal(int number) {
  fmt::print(stderr, "qcow2-conform: interrupted; results.jsonl has no footer and is no result\n");
  std::fflush(nullptr);
  std::signal(number, SIG_DFL);
  std::raise(number);
  return exit_harness;
}

int harness_error(const Error& error) {
  fmt::print(stderr, "qcow2-conform: {}\n", error.message);
  return exit_harness;
}

int run_command(const Options& options, const Session& session) {
  auto implementations = choose_implementations(options, session.places());
  if (!implementations) return usage_error(implementations.error());
  const auto corpus = session.load_corpus();
  if (!corpus) return usage_error(corpus.error());
  auto cases = select(*corpus, options.filters.filters());
  if (!cases) return usage_error(cases.error());

  std::optional<KnownFailures> known;
  if (!options.known.empty()) {
    auto loaded = load_known(options.known);
    if (!loaded) return usage_error(loaded.error());
    known = std::move(*loaded);
  }

  const fs::path folder = options.out;
  std::error_code error;
  fs::create_directories(folder, error);
  auto results = ResultsWriter::create(folder / "results.jsonl");
  if (!results) return usage_error(results.error());
  fs::remove(folder / "summary.json", error);  // of an earlier run
  stop_on_signals();
  {
    const auto work = WorkFolder::make();
    if (!work) return usage_error(work.error());
    ProcessLimits limits;
    limits.time = std::chrono::milliseconds(static_cast<std::int64_t>(options.timeout * 1000));
    const Bench bench(*corpus, *work, limits);
    Progress progress(stderr);
    const RunRequest request{"qcow2-conform " QCOW2_CONFORM_VERSION,
                             std::move(*implementations),
                             std::move(*cases),
                             session.argv,
                             options.jobs,
                             options.repeat,
                             std::move(known)};
    if (auto ran = run(bench, request, *results, progress); !ran) return harness_error(ran.error());
  }
  if (const int number = stopping_signal(); number != 0) return end_by_signal(number);
  const auto status = report(folder, *corpus);
  return status ? *status : harness_error(status.error());
}

}  // namespace

void add_run(Command& program, const Session& session) {
  auto options = std::make_shared<Options>();
  auto run = program.command("run", "Run cases on implementations");
  options->filters.add_to(run);
  run.options("--impl", options->implementations, "NAME|FILE",
              "An implementation of the folder, or a file (repeatable)")
      .option("--read-cmd", options->command_lines[Op::read], "COMMAND",
              "Reads {image} into {out}, or to standard output; exit 0: accepted")
      .option("--range-cmd", options->command_lines[Op::read_range], "COMMAND",
              "The same for {length} bytes from {offset}")
      .option("--check-cmd", options->command_lines[Op::check], "COMMAND",
              "Checks {image}; exit 0: clean, 2: corrupt, 3: leaks")
      .numbers("--reject-exit", options->reject_exits, 1, 255, "Exit statuses of these commands that mean refused")
      .option("--name", options->name, "NAME", "What to call them")
      .number("--jobs", options->jobs, 1, 1024, "How many at a time")
      .number("--repeat", options->repeat, 1, 1000, "Ask for each operation so often; answers that differ are flaky")
      .number("--timeout", options->timeout, 0.01, 86400.0, "Seconds for one operation")
      .option("--known", options->known, "FILE", "Failures that are known; exit 6 where it is out of step")
      .option("--out", options->out, "DIR", "Where results.jsonl and summary.json go");
  run.run([options, &session] { return run_command(*options, session); });
}

}  // namespace conform::cli
