#include "results/resume.hpp"

#include <algorithm>
#include <map>
#include <tuple>

namespace conform {
namespace {

/// Asking to go on is no difference.
std::vector<std::string> without_resume(std::vector<std::string> argv) {
  std::erase(argv, "--resume");
  return argv;
}

std::string difference(const ImplementationInfo& then, const ImplementationInfo& now) {
  if (then.name != now.name) return fmt::format("it is about {} instead of {}", now.name, then.name);
  if (then.version != now.version) return fmt::format("{} was {} and is {}", then.name, then.version, now.version);
  if (then.features != now.features) return then.name + " claims other features";
  if (then.absent != now.absent) return then.name + (now.absent.empty() ? " was absent" : " is absent now");
  if (then.canary != now.canary) return then.name + " answers its canaries differently";
  return {};
}

/// What is only known together: a case, or all of its choice group.
std::pair<std::string, std::string> unit(const Record& record) {
  return {record.implementation,
          record.choice_group.empty() ? "case " + record.case_id : "group " + record.choice_group};
}

}  // namespace

std::string why_not_resumable(const Header& then, const Header& now) {
  if (then.suite != now.suite) return fmt::format("it was begun by {}", then.suite);
  if (then.corpus_digest != now.corpus_digest) return "the corpus has changed";
  if (without_resume(then.argv) != without_resume(now.argv)) return "it was begun with other arguments";
  if (then.selection != now.selection) return "other cases are selected";
  if (then.known != now.known) return "the list of known failures has changed";
  if (then.implementations.size() != now.implementations.size()) return "its implementations are others";
  for (std::size_t i = 0; i < then.implementations.size(); ++i)
    if (auto differs = difference(then.implementations[i], now.implementations[i]); !differs.empty()) return differs;
  return {};
}

std::size_t records_to_keep(const std::vector<Record>& records, const std::vector<Record>& selected) {
  std::map<std::pair<std::string, std::string>, std::size_t> missing;
  for (const auto& record : selected) ++missing[unit(record)];
  for (const auto& record : records)
    if (auto& number = missing[unit(record)]; number > 0) --number;
  const auto first =
      std::find_if(records.begin(), records.end(), [&](const Record& record) { return missing.at(unit(record)) > 0; });
  return static_cast<std::size_t>(first - records.begin());
}

Done done_by(const std::vector<Record>& records) {
  Done done;
  for (const auto& record : records) done.emplace(record.implementation, record.case_id);
  return done;
}

}  // namespace conform
