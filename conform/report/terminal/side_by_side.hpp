// Results beside each other: versions of an implementation, or implementations, operation by operation.
#pragma once

#include <string>
#include <vector>

#include "report/terminal/paint.hpp"
#include "results/results.hpp"

namespace conform {

/// "pass", "choice refuses", "wrong-accept (zeros)".
std::string answer(const Record& record);

/// One operation of a case, and what each column answered.
struct ComparedRow {
  std::string family, case_id, operation;
  std::vector<const Record*> cells;  // nothing: it was not asked there

  /// Among those that ran, two answers differ.
  bool differs() const;
};

struct SideBySide {
  std::vector<std::string>
      columns;  // an implementation of one of the results; with its version where that tells them apart
  std::vector<std::string> names;  // of these implementations
  std::vector<ComparedRow> rows;   // by family, case and operation
};

/// The cells point into `results`. Results of different corpora are an error. Shards of one run are expected merged.
Result<SideBySide> side_by_side(const std::vector<Results>& results);

/// A table of the rows that differ, or of all, and how many there are.
std::string to_text(const SideBySide& compared, bool all, const Paint& paint);

}  // namespace conform
