#include "mutants/mutant.hpp"

#include <algorithm>
#include <map>
#include <set>

#include "base/json_file.hpp"

namespace conform {
namespace fs = std::filesystem;
namespace {

Result<std::vector<fs::path>> part_files(const fs::path& folder) {
  std::error_code error;
  std::vector<fs::path> files;
  for (const auto& entry : fs::directory_iterator(folder / "parts", error))
    if (entry.path().extension() == ".json") files.push_back(entry.path());
  if (files.empty()) return fail("{}: there are no mutants", (folder / "parts").string());
  std::sort(files.begin(), files.end());
  return files;
}

std::string joined(const Json& lines) {
  std::string text;
  for (const auto& line : lines) text += (&line == &lines.front() ? "" : "\n") + line.get<std::string>();
  return text;
}

Mutant parse(const Json& text, const std::string& part) {
  return Mutant{
      .name = text.at("name"),
      .part = part,
      .file = text.at("file"),
      .mistake = text.at("mistake"),
      .made_by = text.value("made_by", ""),
      .before = joined(text.at("before")),
      .after = joined(text.at("after")),
      .equivalent = text.value("equivalent", ""),
      .keeps_state = text.value("keeps_state", false),
  };
}

bool in_one_unit(const Mutant& mutant) { return mutant.file.ends_with(".cpp"); }

}  // namespace

Result<std::vector<Mutant>> load_mutants(const fs::path& folder) {
  const auto schema = JsonSchema::load(folder / "schema.json");
  if (!schema) return tl::unexpected(schema.error());
  const auto files = part_files(folder);
  if (!files) return tl::unexpected(files.error());
  std::vector<Mutant> mutants;
  std::set<std::string> names;
  for (const auto& file : *files) {
    const auto document = load_json(file);
    if (!document) return tl::unexpected(document.error());
    if (const auto valid = schema->validate(*document); !valid)
      return fail("{}: {}", file.string(), valid.error().message);
    for (const auto& text : document->at("mutants")) {
      mutants.push_back(parse(text, document->at("part")));
      if (!names.insert(mutants.back().name).second)
        return fail("{}: there is another mutant {}", file.string(), mutants.back().name);
    }
  }
  return mutants;
}

Result<std::string> mutate(const std::string& text, const Mutant& mutant) {
  const auto found = text.find(mutant.before);
  if (found == std::string::npos) return fail("{}: its text before is not in {}", mutant.name, mutant.file);
  if (text.find(mutant.before, found + 1) != std::string::npos)
    return fail("{}: its text before is in {} more than once", mutant.name, mutant.file);
  std::string changed = text;
  return changed.replace(found, mutant.before.size(), mutant.after);
}

std::vector<Mutant> sample(const std::vector<Mutant>& mutants) {
  std::map<std::string, std::vector<const Mutant*>> parts;
  for (const auto& mutant : mutants) parts[mutant.part].push_back(&mutant);
  std::vector<Mutant> chosen;
  for (auto& [part, members] : parts) {
    const auto narrow = std::stable_partition(members.begin(), members.end(),
                                              [](const Mutant* mutant) { return in_one_unit(*mutant); });
    chosen.push_back(*members.front());
    if (narrow - members.begin() > 1) chosen.push_back(**(narrow - 1));
  }
  return chosen;
}

}  // namespace conform
