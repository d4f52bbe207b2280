#include "selftest/mutant_build.hpp"

#include <algorithm>
#include <fstream>
#include <iterator>

#include "selftest/unity_text.hpp"

namespace conform {
namespace fs = std::filesystem;
namespace {

/// What no case calls.
bool is_called(const Unit& unit) {
  const std::string stem = fs::path(unit.source).stem().string();
  for (const char* other : {"decode", "encode", "explain", "info", "map", "repair", "replacement"})
    if (stem == other || stem.starts_with(std::string(other) + "_")) return false;
  return true;
}

/// Whether the unit is to be compiled anew. One of the library is when anything that it includes has changed. Those of
/// the command line hold no rule of the format: one of them is when its own text asks for the changed file. The others
/// come behind the changed objects, so that of an inline function that both have the changed one is linked.
bool is_changed(const Unit& unit, const Mutant& mutant) {
  if (!is_called(unit)) return false;
  if (unit.source == mutant.file) return true;
  return unit.in_library() ? unit.depends_on.contains(mutant.file)
                           : unit.includes.contains(fs::path(mutant.file).filename().string());
}

Result<void> write_text(const fs::path& file, const std::string& text) {
  std::ofstream out(file, std::ios::binary);
  out << text;
  out.close();
  if (!out) return fail("{}: cannot be written", file.string());
  return {};
}

class Build {
 public:
  Build(const ModelBuild& from, const Mutant& mutant, const fs::path& folder)
      : from_(from), mutant_(mutant), folder_(folder) {
    for (const auto& unit : from.units)
      if (is_changed(unit, mutant)) changed_.push_back(&unit);
  }

  Result<void> run(const std::string& linker_flag) {
    if (changed_.empty()) return fail("{}: no operation of a case depends on {}", mutant_.name, mutant_.file);
    if (auto made = make_sources(); !made) return made;
    if (auto compiled = compile(); !compiled) return compiled;
    return link(linker_flag);
  }

 private:
  fs::path sources() const { return folder_ / "model"; }

  Result<void> make_sources() {
    std::error_code error;
    fs::create_directories(folder_, error);
    fs::remove_all(sources(), error);
    fs::copy(from_.source / "model", sources(), fs::copy_options::recursive, error);
    if (error) return fail("{}: {}", sources().string(), error.message());
    std::ifstream in(from_.source / mutant_.file, std::ios::binary);
    const auto changed = mutate({std::istreambuf_iterator<char>(in), {}}, mutant_);
    return changed ? write_text(folder_ / mutant_.file, *changed) : tl::unexpected(changed.error());
  }

  /// All in one go, which saves reading the standard headers again and again; one by one where that does not compile.
  Result<void> compile() {
    if (changed_.size() > 1 && compile_together()) return {};
    for (const Unit* unit : changed_)
      if (auto compiled = compile_one(*unit, folder_ / unit->source); !compiled) return compiled;
    return {};
  }

  bool compile_together() {
    std::vector<std::string> names;
    for (const Unit* unit : changed_) names.push_back(fs::path(unit->source).lexically_relative("model").string());
    const auto text = several_units(sources(), names);
    const auto file = sources() / "cli" / "several_units.cpp";
    // The command line's units are compiled as the library's are, and know the version besides.
    const auto as =
        std::find_if(changed_.begin(), changed_.end(), [](const Unit* unit) { return !unit->in_library(); });
    return text && write_text(file, *text) && compile_one(as == changed_.end() ? *changed_.front() : **as, file);
  }

  Result<void> compile_one(const Unit& as, const fs::path& file) {
    auto words = as.compile;
    const std::string original = (from_.source / "model").string();
    for (auto& word : words)
      if (const auto at = word.find(original); at != std::string::npos)
        word.replace(at, original.size(), sources().string());
    const std::string object = file.string() + ".o";
    words.insert(words.end(), {"-O1", "-w", "-o", object, "-c", file.string()});
    if (auto compiled = run_tool(std::move(words), from_.folder); !compiled)
      return fail("{} does not build: {}", mutant_.name, compiled.error().message);
    objects_.push_back(object);
    return {};
  }

  Result<void> link(const std::string& linker_flag) {
    if (auto linked = link(ModelBuild::program, linker_flag); !linked || !adapter_has(mutant_)) return linked;
    return link(ModelBuild::adapter_program, linker_flag);
  }

  Result<void> link(const std::string& program, const std::string& linker_flag) {
    const bool adapter = program == ModelBuild::adapter_program;
    auto words = from_.linker;
    if (!linker_flag.empty()) words.push_back(linker_flag);
    words.insert(words.end(), objects_.begin(), objects_.end());
    if (adapter) words.insert(words.end(), from_.adapter.begin(), from_.adapter.end());
    for (const auto& unit : from_.units)
      if (std::find(changed_.begin(), changed_.end(), &unit) == changed_.end() &&
          !(adapter && unit.source == ModelBuild::main_unit))
        words.push_back(unit.object.string());
    words.insert(words.end(), {"-o", (folder_ / program).string()});
    words.insert(words.end(), from_.libraries.begin(), from_.libraries.end());
    if (auto linked = run_tool(std::move(words), from_.folder); !linked)
      return fail("{} does not link: {}", mutant_.name, linked.error().message);
    return {};
  }

  const ModelBuild& from_;
  const Mutant& mutant_;
  fs::path folder_;
  std::vector<const Unit*> changed_;
  std::vector<std::string> objects_;
};

}  // namespace

std::size_t changed_units(const ModelBuild& build, const Mutant& mutant) {
  return static_cast<std::size_t>(std::count_if(build.units.begin(), build.units.end(),
                                                [&](const Unit& unit) { return is_changed(unit, mutant); }));
}

bool adapter_has(const Mutant& mutant) { return !mutant.keeps_state && !mutant.file.starts_with("model/cli/"); }

std::string fast_linker(const ModelBuild& build, const fs::path& scratch) {
  for (const char* flag : {"-fuse-ld=lld", "-fuse-ld=gold"}) {
    auto words = build.linker;
    words.push_back(flag);
    for (const auto& unit : build.units) words.push_back(unit.object.string());
    words.insert(words.end(), {"-o", (scratch / "linked").string()});
    words.insert(words.end(), build.libraries.begin(), build.libraries.end());
    if (run_tool(std::move(words), build.folder)) return flag;
  }
  return {};
}

Result<void> build_mutant(const ModelBuild& build, const Mutant& mutant, const fs::path& folder,
                          const std::string& linker_flag) {
  return Build(build, mutant, folder).run(linker_flag);
}

}  // namespace conform
