#include "cli/outcome.hpp"

#include <cstdio>

#include "base/replace_file.hpp"
#include "base/work_folder.hpp"
#include "process/confinement.hpp"
#include "report/terminal/failures.hpp"
#include "report/terminal/matrix.hpp"
#include "report/write.hpp"

namespace conform::cli {
namespace {

namespace fs = std::filesystem;

constexpr const char* formats[] = {"junit", "md", "html"};

Result<void> write_reports(const Results& results, const Corpus& corpus, const Session& session,
                           const fs::path& folder) {
  const auto work = WorkFolder::make();
  if (!work) return tl::unexpected(work.error());
  const report::Sources sources{results, corpus, session.bin / "qcow2-model", work->root()};
  for (const char* format : formats)
    if (auto written = report::write(sources, format, folder); !written) return tl::unexpected(written.error());
  return {};
}

}  // namespace

void forget(const fs::path& folder) {
  std::error_code ignored;
  for (const char* file : {"summary.json", "junit.xml", "report.md", "report.html"}) fs::remove(folder / file, ignored);
}

Result<int> tell(const fs::path& folder, const Corpus& corpus, const Session& session) {
  const auto results = load_results(folder / "results.jsonl");
  if (!results) return tl::unexpected(results.error());
  const auto summary = summary_json(*results).dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
  if (auto written = replace_file(folder / "summary.json", summary); !written) return tl::unexpected(written.error());
  if (auto written = write_reports(*results, corpus, session, folder); !written) return tl::unexpected(written.error());
  const Paint paint = Paint::for_terminal();
  const auto summaries = worst_first(summarise(*results));
  const int status = exit_status(*results);
  fmt::print("{}{}\n{}\n", failures(*results, summaries, corpus, paint, terminal_width()), matrix(summaries, paint),
             identities(summaries, paint));
  fmt::print("{}\n", paint.faint(confinement_text(results->header.confinement, results->header.unconfined)));
  for (const auto& line : out_of_step(*results)) fmt::print("{}\n", paint.doubtful("known failures: " + line));
  fmt::print("{}, corpus {}; the details are in {}; exit status {}\n", results->header.suite,
             results->header.corpus_digest.substr(0, 12), (folder / "report.html").string(), status);
  return status;
}

}  // namespace conform::cli
