// A mutant as a program: the sources of the model in a folder of their own with one text changed, what depends on that
// text compiled anew, everything else linked as the build has it.
#pragma once

#include <filesystem>
#include <string>

#include "mutants/mutant.hpp"
#include "selftest/model_build.hpp"
#include "selftest/precompiled.hpp"

namespace conform {

/// How many translation units are compiled anew for the mutant.
std::size_t changed_units(const ModelBuild& build, const Mutant& mutant);

/// What is found out and made once, for all mutants of a build.
struct MutantTools {
  Precompiled headers;
  std::string linker_flag;  // a fast linker that works here; empty: the default one
};
Result<MutantTools> make_tools(const ModelBuild& build, const std::filesystem::path& folder);

/// Whether its mistake is in the adapter too, and answers there as it does in the program.
bool adapter_has(const Mutant& mutant);

/// Leaves FOLDER/qcow2-model, and FOLDER/qcow2-model-adapter where that has the mistake too.
Result<void> build_mutant(const ModelBuild& build, const Mutant& mutant, const std::filesystem::path& folder,
                          const MutantTools& tools);

}  // namespace conform
