#include "cli/finding_folds.hpp"

#include <fmt/format.h>

namespace qcow2::cli {

void FindingFolds::add(const Finding& finding) {
  // Those of refcounts are of many host clusters already, and differ in their numbers.
  const bool alone = finding.violation.rule == rule::check_refcounts;
  if (alone || folds_.empty() || folds_.back().first.severity != finding.severity ||
      !(folds_.back().first.violation.rule == finding.violation.rule)) {
    folds_.push_back({.first = finding, .findings = 1, .count = finding.count});
    return;
  }
  FindingFold& fold = folds_.back();
  fold.findings += 1;
  fold.count += finding.count;
  fold.last = finding.violation.where;
}

std::string_view name(Severity severity) {
  switch (severity) {
    case Severity::corruption: return "corruption";
    case Severity::leak: return "leak";
    case Severity::note: break;
  }
  return "note";
}

std::string line(const FindingFold& fold) {
  const std::string first = fmt::format("{}: {}", name(fold.first.severity), describe(fold.first.violation));
  if (!fold.last) return first;
  return fmt::format("{}; and {} more like it, up to {}", first, fold.findings - 1, describe(*fold.last));
}

Json json(const FindingFold& fold) {
  Json json{{"severity", name(fold.first.severity)}};
  json.update(violation_json(fold.first.violation));
  json["count"] = fold.count;
  json["findings"] = fold.findings;
  if (fold.last) json["last"] = where_json(*fold.last);
  return json;
}

}  // namespace qcow2::cli
