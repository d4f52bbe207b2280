#include "implementation/introduction.hpp"

#include <unistd.h>

#include <cstdlib>
#include <sstream>

#include "implementation/adapters.hpp"
#include "process/process.hpp"

namespace conform {
namespace fs = std::filesystem;
namespace {

std::string greeted_version(const Implementation& implementation, const ProcessLimits& limits) {
  auto greeting = adapter_of(implementation).greet(limits);
  if (!greeting.answer.is_object()) return {};
  greeting.process.messages = greeting.answer.at("version");
  return first_line(greeting.process);
}

}  // namespace

Result<void> take_greeting(Implementation& implementation) {
  const auto& program = *implementation.adapter;
  const auto greeting = Adapter(program.words.fill(implementation.places), program.protocol).greet({});
  if (!greeting.answer.is_object()) return fail("hello: {}", told(greeting));
  implementation.name = greeting.answer.at("name");
  if (greeting.answer.contains("features"))
    implementation.features = greeting.answer["features"].get<std::set<std::string>>();
  return perform_by_adapter(implementation, greeting.answer.at("operations"));
}

std::optional<fs::path> find_program(const std::string& program) {
  const auto runs = [](const fs::path& file) {
    std::error_code error;
    return fs::is_regular_file(file, error) && ::access(file.c_str(), X_OK) == 0;
  };
  if (program.find('/') != std::string::npos) return runs(program) ? std::optional<fs::path>(program) : std::nullopt;
  const char* path = std::getenv("PATH");
  std::istringstream folders(path ? path : "/usr/bin:/bin");
  for (std::string folder; std::getline(folders, folder, ':');)
    if (const auto file = fs::path(folder.empty() ? "." : folder) / program; runs(file)) return file;
  return std::nullopt;
}

std::string why_absent(const Implementation& implementation) {
#ifdef WITHOUT_LIBNBD
  if (implementation.server) return "this program was built without libnbd, so it cannot test servers";
#endif
  Values filled = implementation.places;
  for (const auto& [op, command] : implementation.commands) {
    for (const auto& later : placeholders(op)) filled.emplace(later, "");
    filled.emplace("socket", "");
    if (const auto program = command.words.fill(filled)[0]; !find_program(program))
      return fmt::format("there is no program {}", program);
  }
  for (const auto& need : implementation.needs)
    if (const auto program = need.fill(filled)[0]; !find_program(program))
      return fmt::format("there is no program {}", program);
  return {};
}

std::string ask_version(const Implementation& implementation, const ProcessLimits& limits) {
  if (!implementation.version_command)
    return implementation.adapter ? greeted_version(implementation, limits) : std::string();
  ProcessRequest request{implementation.version_command->fill(implementation.places), {}, limits};
  const auto report = run_process(request);
  return report.ending == Ending::exited && report.exit == 0 ? first_line(report) : std::string();
}

}  // namespace conform
