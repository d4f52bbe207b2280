#include "selftest/model_build.hpp"

#include <algorithm>
#include <fstream>
#include <iterator>
#include <sstream>

#include "base/json_file.hpp"
#include "base/work_folder.hpp"
#include "process/command_template.hpp"
#include "process/process.hpp"

namespace conform {
namespace fs = std::filesystem;
namespace {

constexpr std::chrono::minutes tool_time_max{5};

Result<void> finish(ProcessRequest request) {
  request.limits.time = tool_time_max;
  const auto report = run_process(request);
  if (report.ending == Ending::exited && report.exit == 0) return {};
  if (report.ending == Ending::interrupted) return fail("interrupted");
  return fail("{} failed: {}", request.argv[0], report.messages.empty() ? "it said nothing" : report.messages);
}

/// What the program prints, which may be long.
Result<std::string> output_of(std::vector<std::string> words, const fs::path& directory) {
  const auto folder = WorkFolder::make();
  if (!folder) return tl::unexpected(folder.error());
  const auto file = folder->root() / "output";
  if (auto done = finish({std::move(words), file, {}, directory}); !done) return tl::unexpected(done.error());
  std::ifstream stream(file, std::ios::binary);
  return std::string{std::istreambuf_iterator<char>(stream), {}};
}

/// The flags that decide what the text means; how fast the result is and what is warned of is left out.
std::vector<std::string> essential(const std::vector<std::string>& words, const std::string& source) {
  std::vector<std::string> kept;
  for (std::size_t i = 0; i < words.size(); ++i) {
    const std::string& word = words[i];
    const bool takes_another = word == "-o" || word == "-MT" || word == "-MF" || word == "-include";
    if (takes_another) ++i;
    const bool dropped = takes_another || word == "-c" || word == source || word.starts_with("-O") ||
                         word.starts_with("-g") || word.starts_with("-W") || word.starts_with("-M") ||
                         word.ends_with("_FORTIFY_SOURCE") || word.starts_with("-D_FORTIFY_SOURCE");
    if (!dropped) kept.push_back(word);
  }
  return kept;
}

/// An object or a library of model/, as the build names its files.
bool belongs_to_the_model(const std::string& output) { return output.starts_with("model/"); }

Result<std::vector<Unit>> load_units(const fs::path& source, const fs::path& folder) {
  const auto commands = load_json(folder / "compile_commands.json");
  if (!commands) return tl::unexpected(commands.error());
  std::vector<Unit> units;
  for (const auto& entry : *commands) {
    const std::string file = entry.at("file");
    const auto words = split_words(entry.at("command").get<std::string>());
    if (!words) return fail("{}: {}", file, words.error().message);
    const auto object = std::find(words->begin(), words->end(), "-o");
    if (object >= words->end() - 1 || !belongs_to_the_model(object[1])) continue;
    const std::string from_root = fs::path(file).lexically_relative(source).string();
    if (from_root.starts_with("model/")) units.push_back({from_root, folder / object[1], essential(*words, file), {}});
  }
  if (units.empty()) return fail("{}: qcow2-model is not built there", folder.string());
  return units;
}

/// "object: #deps 120, ... (VALID)", then a line a file, indented.
Result<void> load_dependencies(std::vector<Unit>& units, const fs::path& source, const fs::path& folder) {
  for (auto& unit : units) {
    const auto text = output_of({"ninja", "-t", "deps", unit.object.lexically_relative(folder).string()}, folder);
    if (!text) return tl::unexpected(text.error());
    std::istringstream lines(*text);
    for (std::string line; std::getline(lines, line);) {
      if (!line.starts_with("    ")) continue;
      const auto file = (folder / line.substr(4)).lexically_normal().lexically_relative(source).string();
      if (file.starts_with("model/")) unit.depends_on.insert(file);
    }
    if (!unit.depends_on.contains(unit.source)) return fail("{}: ninja does not know what it depends on", unit.source);
  }
  return {};
}

/// ": && c++ FLAGS OBJECTS -o bin/PROGRAM LIBRARIES && :"
Result<std::vector<std::string>> link_command(const fs::path& folder, const std::string& program) {
  const auto text = output_of({"ninja", "-t", "commands", "-s", "bin/" + program}, folder);
  if (!text) return tl::unexpected(text.error());
  const auto begin = text->find("&& ");
  const auto end = text->rfind(" &&");
  if (begin == std::string::npos || end <= begin)
    return fail("ninja does not say how {} is linked: {}", program, *text);
  auto words = split_words(text->substr(begin + 3, end - begin - 3));
  if (!words) return tl::unexpected(words.error());
  return std::move(*words);
}

Result<void> load_link(ModelBuild& build) {
  const auto words = link_command(build.folder, ModelBuild::program);
  if (!words) return tl::unexpected(words.error());
  const auto output = std::find(words->begin(), words->end(), "-o");
  for (auto word = words->begin(); word < output; ++word)
    if (!word->ends_with(".o")) build.linker.push_back(*word);
  for (auto word = output; word < words->end(); ++word)
    if (word >= output + 2 && !belongs_to_the_model(*word)) build.libraries.push_back(*word);
  return {};
}

Result<void> load_adapter(ModelBuild& build) {
  const auto words = link_command(build.folder, ModelBuild::adapter_program);
  if (!words) return tl::unexpected(words.error());
  for (const auto& word : *words)
    if (word.ends_with(".o")) build.adapter.push_back((build.folder / word).string());
  return {};
}

}  // namespace

Result<ModelBuild> ModelBuild::load(const fs::path& source, const fs::path& folder) {
  ModelBuild build{
      .source = source.lexically_normal(),
      .folder = fs::absolute(folder).lexically_normal(),
      .units = {},
      .linker = {},
      .libraries = {},
      .adapter = {},
  };
  const auto pending = output_of({"ninja", "-n", program, adapter_program}, build.folder);
  if (!pending) return tl::unexpected(pending.error());
  if (pending->find("no work to do") == std::string::npos)
    return fail("{}: {} and {} are not up to date there; build them first", build.folder.string(), program,
                adapter_program);
  auto units = load_units(build.source, build.folder);
  if (!units) return tl::unexpected(units.error());
  build.units = std::move(*units);
  if (auto done = load_dependencies(build.units, build.source, build.folder); !done)
    return tl::unexpected(done.error());
  if (auto done = load_link(build); !done) return tl::unexpected(done.error());
  if (auto done = load_adapter(build); !done) return tl::unexpected(done.error());
  return build;
}

Result<void> run_tool(std::vector<std::string> words, const fs::path& directory) {
  return finish({std::move(words), std::nullopt, {}, directory});
}

}  // namespace conform
