// The kill matrix for people: Markdown for the repository, one page for a browser, one line for a terminal.
#pragma once

#include <string>

#include "corpus/corpus.hpp"
#include "selftest/kill_judgement.hpp"

namespace conform {

struct KillReport {
  const KillMatrix& matrix;
  const Judgement& judgement;
  const PositiveControls& controls;
  const Corpus& corpus;
};

/// "134 mutants: 134 killed; 280 must and should cases: 270 kill, 10 are controls"
std::string summary_line(const KillReport& report);
std::string markdown(const KillReport& report);
/// Self-contained.
std::string page(const KillReport& report);

}  // namespace conform
