#include "report/summary_text.hpp"

#include "report/failure/diagnosis.hpp"
#include "results/summary.hpp"

namespace conform::report {
namespace {

Json start_here(const std::optional<Lead>& first) {
  if (!first) return nullptr;
  return {{"case", first->one->id}, {"clause", first->slug}, {"explains", first->explains}, {"others", first->others}};
}

Json looks_like_json(const std::vector<Likeness>& likenesses) {
  Json all = Json::array();
  for (const auto& likeness : likenesses) {
    Json names = Json::array();
    for (const auto* mutant : likeness.mutants) names.push_back(mutant->name);
    all.push_back({{"mistakes", names}, {"cases", likeness.cases}, {"of", likeness.of}});
  }
  return all;
}

}  // namespace

std::string summary_text(const Sources& sources) {
  Json summary = summary_json(sources.results);
  for (auto& implementation : summary["implementations"]) {
    const auto found = diagnose(sources.results, implementation["name"], sources.corpus, sources.mistakes);
    implementation["start_here"] = start_here(found.first);
    implementation["looks_like"] = looks_like_json(found.likenesses);
  }
  return summary.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace conform::report
