#include "selftest/precompiled.hpp"

#include <algorithm>
#include <fstream>

#include "base/replace_file.hpp"

namespace conform {
namespace fs = std::filesystem;

Result<std::string> headers_of_others(const fs::path& root, const std::set<std::string>& files) {
  std::set<std::string> included, altered;
  for (const auto& file : files) {
    std::ifstream stream(root / file);
    bool defines = false;
    for (std::string line; std::getline(stream, line);) {
      if (line.starts_with("#define")) defines = true;
      if (line.starts_with("#include <")) (defines ? altered : included).insert(line.substr(0, line.find('>') + 1));
    }
    if (!stream.eof()) return fail("{}: cannot be read", (root / file).string());
  }
  std::string text;
  for (const auto& line : included)
    if (!altered.contains(line)) text += line + "\n";
  return text;
}

Result<Precompiled> precompile(const ModelBuild& build, const fs::path& folder) {
  const auto first =
      std::find_if(build.units.begin(), build.units.end(), [](const Unit& unit) { return !unit.is_of_commands(); });
  if (first == build.units.end()) return fail("{}: the model has no library there", build.folder.string());
  const Precompiled made{folder / "precompiled.hpp", first->compile};
  std::set<std::string> files;
  for (const auto& unit : build.units)
    if (made.suits(unit)) files.insert(unit.depends_on.begin(), unit.depends_on.end());
  const auto text = headers_of_others(build.source, files);
  if (!text) return tl::unexpected(text.error());
  if (auto written = replace_file(made.header, *text); !written) return tl::unexpected(written.error());

  auto words = made.compile;
  words.insert(words.end(), quick_flags.begin(), quick_flags.end());
  words.insert(words.end(), {"-x", "c++-header", made.header.string(), "-o", made.header.string() + ".gch"});
  if (auto compiled = run_tool(std::move(words), build.folder); !compiled) return tl::unexpected(compiled.error());
  return made;
}

}  // namespace conform
