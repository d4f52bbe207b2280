// The corpus as lines and tabs, for harnesses in languages without a JSON parser at hand: index.tsv of an exported
// corpus. cases/INTERPRETING.md describes it.
#pragma once

#include <string>

#include "corpus/corpus.hpp"

namespace conform {

/// A line of column names, then one line for each case that can be read or checked here.
std::string plain_index(const Corpus& corpus);

}  // namespace conform
