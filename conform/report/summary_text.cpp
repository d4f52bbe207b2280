#include "report/summary_text.hpp"

#include "mutants/looks_like.hpp"
#include "report/failure/lead.hpp"
#include "results/summary.hpp"

namespace conform::report {
namespace {

Json start_here(const Sources& sources, const std::string& implementation) {
  const auto tree = failures_by_clause(sources.results, {implementation}, sources.corpus);
  const auto first = lead(tree, looks_like(sources.results, implementation, sources.mistakes), sources.corpus);
  if (!first) return nullptr;
  return {{"case", first->one->id}, {"clause", first->slug}, {"explains", first->explains}, {"others", first->others}};
}

Json likenesses(const Sources& sources, const std::string& implementation) {
  Json all = Json::array();
  for (const auto& likeness : looks_like(sources.results, implementation, sources.mistakes)) {
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
    const std::string name = implementation["name"];
    implementation["start_here"] = start_here(sources, name);
    implementation["looks_like"] = likenesses(sources, name);
  }
  return summary.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace conform::report
