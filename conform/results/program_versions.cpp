#include "results/program_versions.hpp"

#include <algorithm>
#include <cstring>

namespace conform {

std::vector<Program> programs_of(const std::vector<ImplementationSummary>& summaries) {
  std::vector<Program> programs;
  for (const auto& summary : summaries) {
    auto found = std::find_if(programs.begin(), programs.end(),
                              [&](const Program& one) { return one.name == summary.info.program; });
    if (found == programs.end()) found = programs.insert(found, {summary.info.program, {}});
    found->versions.push_back(&summary);
  }
  for (auto& program : programs)
    std::stable_sort(program.versions.begin(), program.versions.end(), [](const auto* a, const auto* b) {
      return ::strverscmp(a->info.name.c_str(), b->info.name.c_str()) < 0;
    });
  return programs;
}

std::string version_label(const ImplementationInfo& info) {
  const auto prefix = info.program + "-";
  return info.name.starts_with(prefix) ? info.name.substr(prefix.size()) : info.name;
}

}  // namespace conform
