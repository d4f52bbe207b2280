// The headers of others that the model includes, compiled once for all mutants: reading them is most of the work that
// compiling a unit of the model is.
#pragma once

#include <filesystem>
#include <set>
#include <string>
#include <vector>

#include "selftest/model_build.hpp"

namespace conform {

/// How mutants are compiled, besides what makes a unit what it is: quickly, and in silence.
inline const std::vector<std::string> quick_flags{"-O1", "-w"};

struct Precompiled {
  std::filesystem::path header;      // its text; the compiled one stands beside it, where compilers look for it
  std::vector<std::string> compile;  // as Unit::compile: it is for units with these flags, and for no others

  bool suits(const Unit& unit) const { return unit.compile == compile; }
};

/// The headers of the model's library. `folder` is one of our own.
Result<Precompiled> precompile(const ModelBuild& build, const std::filesystem::path& folder);

/// The text that is compiled: an include for each header that these files (from `root`) include in angle brackets. One
/// that a file includes behind a #define of its own is left out, for it can mean something else there.
Result<std::string> headers_of_others(const std::filesystem::path& root, const std::set<std::string>& files);

}  // namespace conform
