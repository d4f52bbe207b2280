// Mutants: mistakes that a reader, checker or writer can make, each one textual change in one place of the model.
//
// tests/mutants/ lists them, a file for each part of the model. A mutant that no case can tell from the model says why.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "base/result.hpp"

namespace conform {

struct Mutant {
  std::string name;     // after the mistake
  std::string part;     // of the model: descriptor, header, walk, ...
  std::string file;     // from the root of the sources: model/descriptor.hpp
  std::string mistake;  // in one sentence
  std::string made_by;  // who makes it; empty: nobody known
  std::string before, after;
  std::string equivalent;    // the proof that it answers as the model does; empty: it does not
  bool keeps_state = false;  // from one operation to the next: each needs a process of its own
};

/// All of the folder, by part and in the order of their files. Two of one name are an error.
Result<std::vector<Mutant>> load_mutants(const std::filesystem::path& folder);

/// `text`, which holds `before` exactly once, with `after` in its place.
Result<std::string> mutate(const std::string& text, const Mutant& mutant);

/// One or two mutants of each part, with which one can see in little time that the suite bites: of those that change a
/// single translation unit the first and the last; where there are none, the first of all.
std::vector<Mutant> sample(const std::vector<Mutant>& mutants);

}  // namespace conform
