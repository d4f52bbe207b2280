// The failures for a terminal, clause by clause: which case, operation, byte and entry, why it matters, and what runs
// it again; worst first.
#pragma once

#include <string>
#include <vector>

#include "corpus/corpus.hpp"
#include "report/terminal/paint.hpp"
#include "results/summary.hpp"

namespace conform {

/// In the order of `summaries`, in lines of at most `width`; the first cases of an implementation at length, the others
/// in a line.
std::string failures(const Results& results, const std::vector<ImplementationSummary>& summaries, const Corpus& corpus,
                     const Paint& paint, std::size_t width);

}  // namespace conform
