// How this build of the model was made, so that one of its files can be changed and little compiled anew: its
// translation units with their commands (compile_commands.json), what each depends on (ninja -t deps), and how they are
// linked, to the program qcow2-model and to the adapter.
#pragma once

#include <filesystem>
#include <set>
#include <string>
#include <vector>

#include "base/result.hpp"

namespace conform {

/// One translation unit of qcow2-model.
struct Unit {
  std::string source;            // from the root of the sources: model/read/reader.cpp
  std::filesystem::path object;  // as the build made it
  std::vector<std::string>
      compile;  // without source, output, optimisation, warnings, dependencies, precompiled headers
  std::set<std::string> depends_on;  // files of the sources, the source itself among them

  /// Whether it is a command of the program: those hold no rule of the format.
  bool is_of_commands() const { return source.starts_with("model/cli/"); }
  /// Whether some operation of a case may run it. None is a repair.
  bool is_tried_by_cases() const { return !is_of_commands(); }
};

struct ModelBuild {
  std::filesystem::path source;  // the root of the sources
  std::filesystem::path folder;  // of the build
  std::vector<Unit> units;
  std::vector<std::string> linker;     // the compiler and its flags
  std::vector<std::string> libraries;  // what comes behind the objects
  std::vector<std::string> adapter;    // the objects of qcow2-model-adapter that take the place of main_unit

  static constexpr const char* main_unit = "model/cli/main.cpp";
  static constexpr const char* program = "qcow2-model";
  static constexpr const char* adapter_program = "qcow2-model-adapter";

  std::filesystem::path built(const char* name) const { return folder / "bin" / name; }

  /// The build must have been made by ninja, and be up to date.
  static Result<ModelBuild> load(const std::filesystem::path& source, const std::filesystem::path& folder);
};

/// Runs a program of the build in `directory`; its messages are the error where it fails.
Result<void> run_tool(std::vector<std::string> words, const std::filesystem::path& directory);

}  // namespace conform
