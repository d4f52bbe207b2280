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
  std::vector<std::string> adapters;
  std::vector<int> reject_exits{1};
  std::string name = "command-line";
  unsigned jobs = std::max(1U, std::thread::hardware_concurrency());
  unsigned repeat = 1;
  double timeout = 20;
  std::string known;
  std::string shard;
  bool resume = false;
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
  if (options.implementations.empty() && commands.empty() && options.adapters.empty())
    return load_implementations(places);
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
  for (const auto& line : options.adapters) {
    auto one = from_adapter_line(line, places);
    if (!one) return tl::unexpected(one.error());
    chosen.push_back(std::move(*one));
  }
  return chosen;
}

/// Those of --adapter are as yet without a name.
Result<void> greet_adapters(std::vector<Implementation>& implementations) {
  for (auto& one : implementations)
    if (one.name.empty())
      if (auto taken = take_greeting(one); !taken) return tl::unexpected(taken.error());
  return {};
}

Result<void> tell_apart(const std::vector<Implementation>& implementations) {
  std::set<std::string> names;
  for (const auto& one : implementations)
    if (!names.insert(one.name).second) return fail("two implementations are named {}", one.name);
  return {};
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
  fmt::print(stderr, "qcow2-conform: interrupted; results.jsonl is no result yet, --resume continues it\n");
  std::fflush(nullptr);
  std::signal(number, SIG_DFL);
  std::raise(number);
  return exit_harness;
}

int harness_error(const Error& error) {
  fmt::print(stderr, "qcow2-conform: {}\n", error.message);
  return exit_harness;
}

/// Takes out what was made of an earlier run's results.
void forget(const fs::path& folder) {
  std::error_code error;
  fs::remove(folder / "summary.json", error);
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
  auto implementations = choose_implementations(options, session.places());
  if (!implementations) return tl::unexpected(implementations.error());
  auto cases = select(corpus, options.filters.filters());
  if (!cases) return tl::unexpected(cases.error());
  const auto shard = parse_shard(options.shard);
  if (!shard) return tl::unexpected(shard.error());
  std::optional<KnownFailures> known;
  if (!options.known.empty()) {
    auto loaded = load_known(options.known);
    if (!loaded) return tl::unexpected(loaded.error());
    known = std::move(*loaded);
  }
  return RunRequest{"qcow2-conform " QCOW2_CONFORM_VERSION,
                    std::move(*implementations),
                    cases_of(*shard, *cases),
                    session.argv,
                    options.jobs,
                    options.repeat,
                    std::move(known),
                    *cases,
                    *shard};
}

/// The results file, held against other runs; without --resume it is empty.
Result<ResultsWriter> open_results(const Options& options, const fs::path& file) {
  std::error_code error;
  fs::create_directories(file.parent_path(), error);
  auto results = options.resume ? ResultsWriter::open(file) : ResultsWriter::create(file);
  if (results && !options.resume) forget(file.parent_path());
  return results;
}

/// An exit status where the run did not come to its end.
std::optional<int> perform(const Options& options, const Corpus& corpus, RunRequest& request, const fs::path& file,
                           ResultsWriter& results) {
  const auto work = WorkFolder::make();
  if (!work) return usage_error(work.error());
  ProcessLimits limits;
  limits.time = std::chrono::milliseconds(static_cast<std::int64_t>(options.timeout * 1000));
  const Bench bench(corpus, *work, limits);
  const Header header = introduce_all(bench, request);
  if (stopping_signal() != 0) return std::nullopt;
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
      .option("--write-cmd", options->command_lines[Op::write], "COMMAND",
              "Writes the disk {raw} into {image}, as {cluster_bits}, {compression}, {refcount_bits} say")
      .option("--modify-cmd", options->command_lines[Op::modify], "COMMAND",
              "Does to {image} what the JSON file {steps} says")
      .options("--adapter", options->adapters, "COMMAND", "A reader that stays up and answers requests (repeatable)")
      .numbers("--reject-exit", options->reject_exits, 1, 255, "Exit statuses of these commands that mean refused")
      .option("--name", options->name, "NAME", "What to call them")
      .number("--jobs", options->jobs, 1, 1024, "How many at a time")
      .number("--repeat", options->repeat, 1, 1000, "Ask for each operation so often; answers that differ are flaky")
      .number("--timeout", options->timeout, 0.01, 86400.0, "Seconds for one operation")
      .option("--known", options->known, "FILE", "Failures that are known; exit 6 where it is out of step")
      .option("--shard", options->shard, "I/N", "Only part I of N; a case is always in the same one")
      .flag("--resume", options->resume, "Go on where an interrupted run with the same arguments stopped")
      .option("--out", options->out, "DIR", "Where results.jsonl and summary.json go");
  run.run([options, &session] { return run_command(*options, session); });
}

}  // namespace conform::cli
