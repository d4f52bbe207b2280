#include "selftest/mutant_build.hpp"

#include <algorithm>
#include <fstream>
#include <iterator>

namespace conform {
namespace fs = std::filesystem;
namespace {

/// Whether the unit is to be compiled anew: its text has changed, or something that it includes. What no case tries
/// stays; it comes after the changed objects, so that of an inline function that both have the changed one is linked.
bool is_changed(const Unit& unit, const Mutant& mutant) {
  return unit.source == mutant.file || (unit.is_tried_by_cases() && unit.depends_on.contains(mutant.file));
}

/// A fast linker that works here, as a flag; empty: the default one.
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

Result<void> write_text(const fs::path& file, const std::string& text) {
  std::ofstream out(file, std::ios::binary);
  out << text;
  out.close();
  if (!out) return fail("{}: cannot be written", file.string());
  return {};
}

class Build {
 public:
  Build(const ModelBuild& model, const Mutant& mutant, const fs::path& folder, const MutantTools& tools)
      : model_(model), mutant_(mutant), folder_(folder), tools_(tools) {
    for (const auto& unit : model.units)
      if (is_changed(unit, mutant)) changed_.push_back(&unit);
  }

  Result<void> run() {
    if (changed_.empty()) return fail("{}: no unit of the model depends on {}", mutant_.name, mutant_.file);
    if (auto made = make_sources(); !made) return made;
    if (auto compiled = compile(); !compiled) return compiled;
    return link();
  }

 private:
  fs::path sources() const { return folder_ / "model"; }

  Result<void> make_sources() {
    std::error_code error;
    fs::create_directories(folder_, error);
    fs::remove_all(sources(), error);
    fs::copy(model_.source / "model", sources(), fs::copy_options::recursive, error);
    if (error) return fail("{}: {}", sources().string(), error.message());
    std::ifstream stream(model_.source / mutant_.file, std::ios::binary);
    const auto changed = mutate({std::istreambuf_iterator<char>(stream), {}}, mutant_);
    return changed ? write_text(folder_ / mutant_.file, *changed) : tl::unexpected(changed.error());
  }

  Result<void> compile() {
    for (const Unit* unit : changed_)
      if (auto compiled = compile_one(*unit); !compiled) return compiled;
    return {};
  }

  Result<void> compile_one(const Unit& unit) {
    const auto file = folder_ / unit.source;
    auto words = unit.compile;
    const std::string original = (model_.source / "model").string();
    for (auto& word : words)
      if (const auto found = word.find(original); found != std::string::npos)
        word.replace(found, original.size(), sources().string());
    words.insert(words.end(), quick_flags.begin(), quick_flags.end());
    if (tools_.headers.suits(unit)) words.insert(words.end(), {"-include", tools_.headers.header.string()});
    const std::string object = file.string() + ".o";
    words.insert(words.end(), {"-o", object, "-c", file.string()});
    if (auto compiled = run_tool(std::move(words), model_.folder); !compiled)
      return fail("{} does not build: {}", mutant_.name, compiled.error().message);
    objects_.push_back(object);
    return {};
  }

  Result<void> link() {
    if (auto linked = link(ModelBuild::program); !linked || !adapter_has(mutant_)) return linked;
    return link(ModelBuild::adapter_program);
  }

  Result<void> link(const std::string& program) {
    const bool adapter = program == ModelBuild::adapter_program;
    auto words = model_.linker;
    if (!tools_.linker_flag.empty()) words.push_back(tools_.linker_flag);
    words.insert(words.end(), objects_.begin(), objects_.end());
    if (adapter) words.insert(words.end(), model_.adapter.begin(), model_.adapter.end());
    for (const auto& unit : model_.units)
      if (std::find(changed_.begin(), changed_.end(), &unit) == changed_.end() &&
          !(adapter && unit.source == ModelBuild::main_unit))
        words.push_back(unit.object.string());
    words.insert(words.end(), {"-o", (folder_ / program).string()});
    words.insert(words.end(), model_.libraries.begin(), model_.libraries.end());
    if (auto linked = run_tool(std::move(words), model_.folder); !linked)
      return fail("{} does not link: {}", mutant_.name, linked.error().message);
    return {};
  }

  const ModelBuild& model_;
  const Mutant& mutant_;
  fs::path folder_;
  const MutantTools& tools_;
  std::vector<const Unit*> changed_;
  std::vector<std::string> objects_;
};

}  // namespace

std::size_t changed_units(const ModelBuild& build, const Mutant& mutant) {
  return static_cast<std::size_t>(std::count_if(build.units.begin(), build.units.end(),
                                                [&](const Unit& unit) { return is_changed(unit, mutant); }));
}

bool adapter_has(const Mutant& mutant) { return !mutant.keeps_state && !mutant.file.starts_with("model/cli/"); }

Result<MutantTools> make_tools(const ModelBuild& build, const fs::path& folder) {
  auto headers = precompile(build, folder);
  if (!headers) return tl::unexpected(headers.error());
  return MutantTools{std::move(*headers), fast_linker(build, folder)};
}

Result<void> build_mutant(const ModelBuild& build, const Mutant& mutant, const fs::path& folder,
                          const MutantTools& tools) {
  return Build(build, mutant, folder, tools).run();
}

}  // namespace conform
