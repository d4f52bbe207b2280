// What a run leaves behind besides results.jsonl: summary.json and the reports beside it, and words on the terminal.
#pragma once

#include "cli/session.hpp"

namespace conform::cli {

/// Takes what an earlier run has left out of the folder.
void forget(const std::filesystem::path& folder);

/// Everything is made from results.jsonl, so it tells what was written and nothing else. Returns the run's exit status.
/// `base_url` is where the site is published; empty: nowhere.
Result<int> tell(const std::filesystem::path& folder, const Corpus& corpus, const Session& session,
                 const std::string& base_url);

}  // namespace conform::cli
