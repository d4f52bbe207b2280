// qcow2-conform run: the cases on the implementations; results.jsonl, and the reports.

#include "trial/run.hpp"

#include <cmath>
#include <csignal>
#include <cstdio>

#include "base/parallel.hpp"
#include "cli/chosen.hpp"
#include "cli/outcome.hpp"
#include "cli/session.hpp"
#include "process/signals.hpp"
#include "results/conclusion.hpp"

namespace conform::cli {
namespace {

namespace fs = std::filesystem;

constexpr std::chrono::hours no_time_limit{24 * 3650};

struct Options {
  FilterOptions filters;
  ImplementationOptions implementations;
  unsigned jobs = processors();
  unsigned repeat = 1;
  std::uint64_t seed = 1;
  double timeout = 20;
  bool lift_case_times = false;
  std::string known;
  std::string shard;
  bool resume = false;
  std::string out = "results";
  std::string base_url;
};

/// As the signal would have ended us.
int end_by_signal(int number) {
  fmt::print(stderr, "qcow2-conform: interrupted; results.jsonl is incomplete, continue with --resume\n");
  std::fflush(nullptr);
  std::signal(number, SIG_DFL);
  std::raise(number);
  return exit_harness;
}

int harness_error(const Error& error) {
  fmt::print(stderr, "qcow2-conform: {}\n", error.message);
  return exit_harness;
}

/// What of an interrupted run in the file is kept; the header is written where there is none.
Result<void> begin(const Header& header, const fs::path& file, ResultsWriter& results, RunRequest& request) {
  const auto unfinished = load_unfinished(file);
  if (!unfinished) return tl::unexpected(unfinished.error());
  if (!unfinished->begun) {
    if (auto cleared = results.clear(); !cleared) return cleared;
    return results.write(header);
  }
  if (const auto why = why_not_resumable(unfinished->results.header, header); !why.empty())
    return fail("{} cannot be continued: {}", file.string(), why);
  const auto& records = unfinished->results.records;
  const auto kept = records_to_keep(records, records_of(request, request.cases));
  request.done = done_by({records.begin(), records.begin() + static_cast<std::ptrdiff_t>(kept)});
  forget(file.parent_path());
  return results.keep(*unfinished, kept);
}

Result<RunRequest> make_request(const Options& options, const Session& session, const Corpus& corpus) {
  auto implementations = options.implementations.choose(session.places());
  if (!implementations) return tl::unexpected(implementations.error());
  auto cases = select(corpus, options.filters.filters());
  if (!cases) return tl::unexpected(cases.error());
  const auto shard = parse_shard(options.shard);
  if (!shard) return tl::unexpected(shard.error());
  std::optional<KnownFailures> known;
  if (!options.known.empty()) {
    auto loaded = load_known(options.known, session);
    if (!loaded) return tl::unexpected(loaded.error());
    known = std::move(*loaded);
  }
  return RunRequest{
      .suite = "qcow2-conform " QCOW2_CONFORM_VERSION,
      .implementations = std::move(*implementations),
      .cases = cases_of(*shard, *cases),
      .argv = session.argv,
      .jobs = options.jobs,
      .repeat = options.repeat,
      .known = std::move(known),
      .selected = *cases,
      .shard = *shard,
  };
}

/// The results file, held against other runs; without --resume it is empty.
Result<ResultsWriter> open_results(const Options& options, const fs::path& file) {
  std::error_code error;
  fs::create_directories(file.parent_path(), error);
  auto results = options.resume ? ResultsWriter::open(file) : ResultsWriter::create(file);
  if (results && !options.resume) forget(file.parent_path());
  return results;
}

/// Before anything runs: of whom nothing will be known, and why.
void tell_absent(const Header& header, const RunRequest& request) {
  std::size_t operations = 0;
  for (const Case* one : request.cases) operations += one->operations.size();
  for (const auto& info : header.implementations)
    if (!info.absent.empty())
      fmt::print(stderr, "{}: {}; its {} operations are not run\n", info.name, info.absent, operations);
}

/// An exit status where the run did not come to its end.
std::optional<int> perform(const Options& options, const Corpus& corpus, RunRequest& request, const fs::path& file,
                           ResultsWriter& results) {
  const auto work = WorkFolder::make();
  if (!work) return usage_error(work.error());
  ProcessLimits limits;
  limits.time = options.timeout == 0
                    ? no_time_limit
                    : std::chrono::milliseconds(static_cast<std::int64_t>(std::ceil(options.timeout * 1000)));
  Bench bench(corpus, *work, limits);
  bench.seed = options.seed;
  bench.holds_to_case_times = !options.lift_case_times;
  const Header header = introduce_all(bench, request);
  if (stopping_signal() != 0) return std::nullopt;
  tell_absent(header, request);
  if (!options.resume) {
    if (auto written = results.write(header); !written) return harness_error(written.error());
  } else if (auto begun = begin(header, file, results, request); !begun) {
    return usage_error(begun.error());
  }
  Progress progress(stderr);
  if (auto ran = run(bench, request, header, results, progress); !ran) return harness_error(ran.error());
  return std::nullopt;
}

int run_command(const Options& options, const Session& session) {
  const auto corpus = session.load_corpus();
  if (!corpus) return usage_error(corpus.error());
  auto request = make_request(options, session, *corpus);
  if (!request) return usage_error(request.error());
  if (auto greeted = greet_adapters(request->implementations); !greeted) return harness_error(greeted.error());
  if (auto apart = tell_apart(request->implementations); !apart) return usage_error(apart.error());
  const fs::path folder = options.out;
  auto results = open_results(options, folder / "results.jsonl");
  if (!results) return usage_error(results.error());
  stop_on_signals();
  if (const auto status = perform(options, *corpus, *request, folder / "results.jsonl", *results)) return *status;
  if (const int number = stopping_signal(); number != 0) return end_by_signal(number);
  const auto status = tell(folder, *corpus, session, options.base_url);
  return status ? *status : harness_error(status.error());
}

}  // namespace

void add_run(Command& program, const Session& session) {
  auto options = std::make_shared<Options>();
  auto run = program.command("run", "Run cases on implementations");
  options->filters.add_to(run);
  options->implementations.add_to(run);
  run.jobs("--jobs", options->jobs, 1024, "How many at a time")
      .number("--repeat", options->repeat, 1, 1000, "Run each operation this often; answers that differ are `flaky`")
      .number("--timeout", options->timeout, 0.0, 86400.0,
              "Seconds for one operation (0: no limit); a slow one is tried again, alone, before it counts")
      .number("--seed", options->seed, "Seed for the order of parallel requests to a server; each repetition adds one")
      .flag("--lift-case-times", options->lift_case_times,
            "Ignore the shorter time limits that a few cases set; only --timeout counts")
      .option("--known", options->known, "FILE", "A list of known failures; exit status 6 if it is out of date")
      .option("--shard", options->shard, "I/N", "Only part I of N; a case is always in the same part")
      .flag("--resume", options->resume, "Continue an interrupted run that had the same arguments")
      .option("--out", options->out, "DIR", "Where results.jsonl and the reports go")
      .option("--base-url", options->base_url, "URL",
              "URL of the published site; reports link to its clauses and cases")
      .note(exit_statuses);
  run.run([options, &session] { return run_command(*options, session); });
}

}  // namespace conform::cli
