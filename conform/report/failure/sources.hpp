// What reports are made of: the results, the corpus that they are about, and where the model can be asked.
#pragma once

#include <filesystem>

#include "corpus/corpus.hpp"
#include "mutants/kill_matrix.hpp"
#include "results/results.hpp"

namespace conform::report {

struct Sources {
  const Results& results;
  const Corpus& corpus;
  std::filesystem::path model;    // the program qcow2-model; it may be absent
  std::filesystem::path scratch;  // a folder of our own
  const KillMatrix& mistakes;     // what failures are held to; it may be empty
  std::string base_url{};         // where the site is published; empty: nowhere
};

}  // namespace conform::report
