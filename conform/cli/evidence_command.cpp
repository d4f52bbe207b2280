// qcow2-conform evidence: what the model and the oracles do with each case, written into the case files or compared.

#include "results/evidence.hpp"

#include <cstdio>
#include <fstream>
#include <iterator>

#include "base/parallel.hpp"
#include "base/replace_file.hpp"
#include "cli/session.hpp"
#include "process/signals.hpp"
#include "results/evidence_file.hpp"
#include "trial/run.hpp"

namespace conform::cli {
namespace {

namespace fs = std::filesystem;

constexpr int exit_changed = 1;
constexpr int exit_nothing_ran = 3;

struct Options {
  FilterOptions filters;
  std::vector<std::string> implementations;
  std::string cases;
  std::string results;
  unsigned jobs = processors();
  bool check = false;
};

Result<RunRequest> make_request(const Options& options, const Session& session, const Corpus& corpus) {
  RunRequest request{
      .suite = "qcow2-conform " QCOW2_CONFORM_VERSION,
      .implementations = {},
      .cases = {},
      .argv = session.argv,
      .jobs = options.jobs,
      .repeat = 1,
      .known = {},
  };
  auto names = options.implementations;
  if (names.empty()) names = {"model", "qemu-img", "qemu-io"};
  for (const auto& name : names) {
    auto one = load_implementation(session.places().implementations / (name + ".json"), session.places());
    if (!one) return tl::unexpected(one.error());
    request.implementations.push_back(std::move(*one));
  }
  auto cases = select(corpus, options.filters.filters());
  if (!cases) return tl::unexpected(cases.error());
  request.cases = request.selected = std::move(*cases);
  return request;
}

Result<Results> perform(const RunRequest& request, const Corpus& corpus) {
  const auto work = WorkFolder::make();
  if (!work) return tl::unexpected(work.error());
  const auto file = work->root() / "results.jsonl";
  auto writer = ResultsWriter::create(file);
  if (!writer) return tl::unexpected(writer.error());
  const Bench bench(corpus, *work, {});
  const Header header = introduce_all(bench, request);
  for (const auto& info : header.implementations)
    if (!info.canary.empty()) return fail("{}: {}", info.name, info.canary);
  if (auto written = writer->write(header); !written) return tl::unexpected(written.error());
  Progress progress(stderr);
  if (auto ran = run(bench, request, header, *writer, progress); !ran) return tl::unexpected(ran.error());
  if (stopping_signal() != 0) return fail("interrupted");
  return load_results(file);
}

Result<std::string> read_text(const fs::path& file) {
  std::ifstream stream(file, std::ios::binary);
  std::string text{std::istreambuf_iterator<char>(stream), {}};
  if (!stream) return fail("{}: cannot be read", file.string());
  return text;
}

/// The case's own file, not the corpus's copy of it.
fs::path case_file(const Options& options, const Case& tested) {
  return fs::path(options.cases) / tested.family / (tested.id + ".json");
}

/// Writes what was observed into the case file; true where that changed it.
Result<bool> renew(const fs::path& file, const OrderedJson& observed) {
  const auto text = read_text(file);
  if (!text) return tl::unexpected(text.error());
  const auto recorded = evidence_in(*text);
  if (!recorded) return fail("{}: {}", file.string(), recorded.error().message);
  const auto changed = with_evidence(*text, renewed(*recorded, observed));
  if (!changed) return fail("{}: {}", file.string(), changed.error().message);
  if (*changed == *text) return false;
  if (auto replaced = replace_file(file, *changed); !replaced) return tl::unexpected(replaced.error());
  return true;
}

using Evidence = std::map<std::string, OrderedJson>;

int renew_all(const Options& options, const RunRequest& request, const Evidence& observed) {
  std::size_t changed = 0;
  for (const Case* one : request.cases) {
    if (!observed.contains(one->id)) continue;
    const auto renewed = renew(case_file(options, *one), observed.at(one->id));
    if (!renewed) return usage_error(renewed.error());
    if (*renewed) ++changed;
  }
  fmt::print("{} of {} case files changed\n", changed, observed.size());
  return exit_ok;
}

int compare_all(const Options& options, const RunRequest& request, const Evidence& observed) {
  EvidenceChanges all;
  for (const Case* one : request.cases) {
    if (!observed.contains(one->id)) continue;
    const auto text = read_text(case_file(options, *one));
    const auto recorded = text ? evidence_in(*text) : tl::unexpected(text.error());
    if (!recorded) return usage_error({fmt::format("{}: {}", one->id, recorded.error().message)});
    auto changes = compare_evidence(one->id, *recorded, observed.at(one->id));
    all.broken.insert(all.broken.end(), changes.broken.begin(), changes.broken.end());
    all.unlike.merge(changes.unlike);
  }
  for (const auto& line : all.unlike) fmt::print("{}: not compared\n", line);
  for (const auto& line : all.broken) fmt::print("{}\n", line);
  fmt::print("{} cases observed; {} differences from what is recorded\n", observed.size(), all.broken.size());
  return all.broken.empty() ? exit_ok : exit_changed;
}

int evidence_command(const Options& options, const Session& session) {
  const auto corpus = session.load_corpus();
  if (!corpus) return usage_error(corpus.error());
  const auto request = make_request(options, session, *corpus);
  if (!request) return usage_error(request.error());
  stop_on_signals();
  const auto results = options.results.empty() ? perform(*request, *corpus) : load_results(options.results);
  if (!results) {
    usage_error(results.error());
    return exit_harness;
  }
  std::map<std::string, OrderedJson> identities;
  for (const auto& implementation : request->implementations)
    for (const auto& info : results->header.implementations)
      if (info.name == implementation.name) identities[info.name] = identify(implementation, info.version);
  const auto observed = gather(*results, identities);
  if (!observed) {
    usage_error(observed.error());
    return exit_harness;
  }
  if (observed->empty()) return exit_nothing_ran;
  return options.check ? compare_all(options, *request, *observed) : renew_all(options, *request, *observed);
}

}  // namespace

void add_evidence(Command& program, const Session& session) {
  auto options = std::make_shared<Options>();
  options->cases = (session.source() / "cases").string();
  auto evidence = program.command("evidence", "Record in the case files what the model and the oracles do");
  options->filters.add_to(evidence);
  evidence.options("--impl", options->implementations, "NAME", "Only these (default: model, qemu-img and qemu-io)")
      .option("--cases", options->cases, "DIR", "Where the case files are")
      .option("--results", options->results, "FILE", "Take the answers from this results.jsonl, and run nothing")
      .jobs("--jobs", options->jobs, 1024, "How many at a time")
      .flag("--check", options->check, "Compare only; exit status 1 if the same version answers differently");
  evidence.run([options, &session] { return evidence_command(*options, session); });
}

}  // namespace conform::cli
