// The map that an implementation gave, held against the guest disk of the case.
#pragma once

#include <string>
#include <vector>

#include "corpus/corpus.hpp"

namespace conform {

struct GivenMap {
  std::vector<std::string> faults;  // a line each; empty: the map is right
  bool is_as_of_twin = false;       // of a refusal that is wanted: it is right of the valid twin
  bool is_plain_data = false;       // all of it is called data of this image
};

/// `output` is what a map operation of the case left.
Result<GivenMap> examine_given_map(const Corpus& corpus, const Case& tested, const Operation& operation,
                                   const std::filesystem::path& output);

}  // namespace conform
