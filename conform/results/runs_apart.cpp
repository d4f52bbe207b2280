#include "results/runs_apart.hpp"

#include <map>

namespace conform {

void tell_runs_apart(std::vector<Results>& runs, const std::vector<std::string>& labels) {
  std::map<std::string, std::size_t> times;
  for (const auto& run : runs)
    if (!run.header.shard.is_part())
      for (const auto& info : run.header.implementations) ++times[info.name];
  for (std::size_t i = 0; i < runs.size(); ++i) {
    if (runs[i].header.shard.is_part()) continue;
    const auto renamed = [&](const std::string& name) {
      return times.at(name) > 1 ? fmt::format("{} ({})", name, labels[i]) : name;
    };
    for (auto& info : runs[i].header.implementations) info.name = renamed(info.name);
    for (auto& record : runs[i].records) record.implementation = renamed(record.implementation);
  }
}

}  // namespace conform
