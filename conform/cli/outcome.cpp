#include "cli/outcome.hpp"

#include <unistd.h>

#include <cstdio>

#include "base/replace_file.hpp"
#include "base/terminal.hpp"
#include "base/work_folder.hpp"
#include "process/confinement.hpp"
#include "report/summary_text.hpp"
#include "report/terminal/failures.hpp"
#include "report/terminal/matrix.hpp"
#include "report/terminal/start_here.hpp"
#include "report/write.hpp"
#include "results/conclusion.hpp"

namespace conform::cli {
namespace {

namespace fs = std::filesystem;

constexpr const char* formats[] = {"junit", "md", "html"};

Result<void> write_reports(const report::Sources& sources, const fs::path& folder) {
  for (const char* format : formats)
    if (auto written = report::write(sources, format, folder); !written) return tl::unexpected(written.error());
  return {};
}

}  // namespace

void forget(const fs::path& folder) {
  std::error_code ignored;
  for (const char* file : {"summary.json", "junit.xml", "report.md", "report.html"}) fs::remove(folder / file, ignored);
}

Result<int> tell(const fs::path& folder, const Corpus& corpus, const Session& session, const std::string& base_url) {
  const auto results = load_results(folder / "results.jsonl");
  if (!results) return tl::unexpected(results.error());
  const auto work = WorkFolder::make();
  if (!work) return tl::unexpected(work.error());
  const KillMatrix mistakes = session.kill_matrix();
  const report::Sources sources{*results, corpus, session.model(), work->root(), mistakes, base_url};
  const auto summary = report::summary_text(sources);
  if (auto written = replace_file(folder / "summary.json", summary); !written) return tl::unexpected(written.error());
  if (auto written = write_reports(sources, folder); !written) return tl::unexpected(written.error());
  const Paint paint = Paint::for_terminal();
  const auto summaries = worst_first(summarise(*results));
  const std::size_t width = terminal_width(STDOUT_FILENO);
  fmt::print("{}{}\n{}\n", failures(*results, summaries, corpus, paint, width), matrix(summaries, paint, width),
             identities(summaries, paint, width));
  const auto& header = results->header;
  fmt::print("{}", wrapped("", confinement_text(header.confinement, header.unconfined), width));
  for (const auto& line : out_of_step(*results)) fmt::print("{}\n", paint.doubtful("known failures: " + line));
  fmt::print("{}", wrapped("",
                           fmt::format("{}, corpus {}; the details are in {}", header.suite,
                                       header.corpus_digest.substr(0, 12), (folder / "report.html").string()),
                           width));
  fmt::print("{}", wrapped("", conclusion(*results), width));
  if (const auto first = start_here(sources, summaries, paint, width); !first.empty()) fmt::print("\n{}", first);
  return exit_status(*results);
}

}  // namespace conform::cli
