#include "selftest/kill_judgement.hpp"

#include <algorithm>
#include <set>

namespace conform {
namespace {

void judge_mutants(const KillMatrix& matrix, Judgement& judgement) {
  std::size_t equivalent = 0;
  for (const auto& [mutant, cells] : matrix.mutants) {
    const bool dies = std::any_of(cells.begin(), cells.end(), cell::is_kill);
    if (!mutant.equivalent.empty()) ++equivalent;
    if (!mutant.equivalent.empty() && dies)
      judgement.errors.push_back(fmt::format("{} is listed as equivalent, but a case kills it", mutant.name));
    if (mutant.equivalent.empty() && !dies)
      judgement.survivors.push_back(fmt::format("{} ({}): {}", mutant.name, mutant.file, mutant.mistake));
  }
  if (equivalent > equivalent_max)
    judgement.errors.push_back(
        fmt::format("{} mutants are listed as equivalent; at most {} are allowed", equivalent, equivalent_max));
}

void judge_cases(const KillMatrix& matrix, const PositiveControls& controls, Judgement& judgement) {
  std::set<std::string> known;
  for (std::size_t i = 0; i < matrix.cases.size(); ++i) {
    const auto& one = matrix.cases[i];
    const bool kills = matrix.kills_of_case(i) > 0;
    const bool control = controls.contains(one.id);
    known.insert(one.id);
    if (control && kills) judgement.errors.push_back(fmt::format("{} is listed as a control, but it kills", one.id));
    if (control && !one.scored())
      judgement.errors.push_back(
          fmt::format("{} need not be listed as a control: it is neither must nor should", one.id));
    if (one.scored() && !kills && !control && matrix.known(i))
      judgement.idle_cases.push_back(
          fmt::format("{}/{} kills nothing and is not listed as a control", one.family, one.id));
  }
  for (const auto& [id, reason] : controls)
    if (!known.contains(id))
      judgement.errors.push_back(fmt::format("{} is listed as a control, but there is no such case", id));
}

using Killed = std::vector<std::size_t>;  // indices of mutants

std::vector<Killed> killed_by_case(const KillMatrix& matrix) {
  std::vector<Killed> killed(matrix.cases.size());
  for (std::size_t m = 0; m < matrix.mutants.size(); ++m)
    for (std::size_t c = 0; c < matrix.cases.size(); ++c)
      if (cell::is_kill(matrix.mutants[m].cells[c])) killed[c].push_back(m);
  return killed;
}

std::size_t news(const Killed& killed, const std::vector<int>& times) {
  return static_cast<std::size_t>(
      std::count_if(killed.begin(), killed.end(), [&](std::size_t m) { return times[m] == 0; }));
}

}  // namespace

Result<PositiveControls> load_controls(const std::filesystem::path& file) {
  const auto document = load_json(file);
  if (!document) return tl::unexpected(document.error());
  PositiveControls controls;
  try {
    for (const auto& group : document->at("controls"))
      for (const auto& id : group.at("cases"))
        if (!controls.emplace(id, group.at("reason")).second)
          return fail("{}: {} is named twice", file.string(), id.get<std::string>());
  } catch (const Json::exception& error) {
    return fail("{}: {}", file.string(), error.what());
  }
  return controls;
}

Judgement judge(const KillMatrix& matrix, const PositiveControls& controls, bool whole) {
  Judgement judgement;
  judge_mutants(matrix, judgement);
  if (whole) judge_cases(matrix, controls, judgement);
  return judgement;
}

std::vector<std::string> quick_cases(const KillMatrix& matrix) {
  const auto killed = killed_by_case(matrix);
  std::vector<int> times(matrix.mutants.size());
  std::vector<std::size_t> chosen;
  for (;;) {
    std::size_t best = 0;
    for (std::size_t c = 1; c < killed.size(); ++c)
      if (news(killed[c], times) > news(killed[best], times)) best = c;
    if (killed.empty() || news(killed[best], times) == 0) break;
    for (std::size_t m : killed[best]) ++times[m];
    chosen.push_back(best);
  }
  std::erase_if(chosen, [&](std::size_t c) {
    const bool needless = std::all_of(killed[c].begin(), killed[c].end(), [&](std::size_t m) { return times[m] > 1; });
    if (needless)
      for (std::size_t m : killed[c]) --times[m];
    return needless;
  });
  std::sort(chosen.begin(), chosen.end());
  std::vector<std::string> ids;
  for (std::size_t c : chosen) ids.push_back(matrix.cases[c].id);
  return ids;
}

std::string quick_json(const std::vector<std::string>& cases) {
  return Json{{"schema", 1}, {"cases", cases}}.dump(2) + "\n";
}

}  // namespace conform
