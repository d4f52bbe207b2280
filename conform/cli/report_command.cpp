// qcow2-conform report: reports made of results, again or elsewhere.

#include "report/write.hpp"

#include <cstdio>

#include "base/work_folder.hpp"
#include "cli/session.hpp"
#include "results/merge.hpp"
#include "results/runs_apart.hpp"

namespace conform::cli {
namespace {

struct Options {
  std::vector<std::string> results;
  std::string format = "all";
  std::string out = "reports";
  std::string base_url;
};

/// "all" is what a run writes, and the badges.
std::vector<std::string> wanted_formats(const std::string& format) {
  if (format == "all") return {"html", "md", "junit", "badge"};
  return {format};
}

/// "b" of a folder a/b and of a/b/results.jsonl.
std::string folder_of(const std::string& given) {
  return std::filesystem::absolute(results_file(given)).lexically_normal().parent_path().filename();
}

/// Of several files, parts of one run or runs of several implementations, what one run would have given.
Result<Results> load(const std::vector<std::string>& files) {
  std::vector<Results> parts;
  std::vector<std::string> labels;
  for (const auto& file : files) {
    labels.push_back(folder_of(file));
    auto part = load_results(results_file(file));
    if (!part) return tl::unexpected(part.error());
    parts.push_back(std::move(*part));
  }
  tell_runs_apart(parts, labels);
  return parts.size() == 1 ? std::move(parts[0]) : merge(std::move(parts));
}

Result<void> report(const Options& options, const Session& session) {
  const auto results = load(options.results);
  if (!results) return tl::unexpected(results.error());
  const auto corpus = session.load_corpus();
  if (!corpus) return tl::unexpected(corpus.error());
  if (corpus->digest() != results->header.corpus_digest)
    return fail("{} is of corpus {}, and {} is corpus {}", options.results[0],
                results->header.corpus_digest.substr(0, 12), session.corpus, corpus->digest().substr(0, 12));
  const auto work = WorkFolder::make();
  if (!work) return tl::unexpected(work.error());
  const KillMatrix mistakes = session.kill_matrix();
  const report::Sources sources{*results, *corpus, session.model(), work->root(), mistakes, options.base_url};
  for (const auto& format : wanted_formats(options.format)) {
    const auto written = report::write(sources, format, options.out);
    if (!written) return tl::unexpected(written.error());
    for (const auto& file : *written) fmt::print("{}\n", file.string());
  }
  return {};
}

}  // namespace

void add_report(Command& program, const Session& session) {
  auto options = std::make_shared<Options>();
  auto formats = report::formats();
  formats.emplace_back("all");
  auto command = program.command("report", "Make reports from results; the shards of a run are merged");
  command
      .arguments("results", options->results,
                 "Folders of runs, or results.jsonl files: parts of a run, runs of several implementations, or of one")
      .choice("--format", options->format, formats, "html, md, junit, badge (all: these four), divergences or versions")
      .option("--out", options->out, "DIR", "Where they go")
      .option("--base-url", options->base_url, "URL",
              "URL of the published site; reports link to its clauses and cases");
  command.run([options, &session] {
    const auto done = report(*options, session);
    return done ? exit_ok : usage_error(done.error());
  });
}

}  // namespace conform::cli
