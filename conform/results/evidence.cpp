#include "results/evidence.hpp"

#include <algorithm>
#include <regex>

namespace conform {
namespace {

constexpr const char* observed_key = "observed";

/// An entry without what was observed: who it was.
OrderedJson identity(OrderedJson entry) {
  entry.erase(observed_key);
  return entry;
}

bool is_identity(const OrderedJson& recorded, const OrderedJson& observed) {
  return identity(recorded) == identity(observed);
}

/// Who ran into a limit may fail in another way, sooner, on a machine with other limits of its own: that is no change.
bool differs_beyond_limits(const OrderedJson& recorded, const OrderedJson& observed) {
  if (recorded.size() != observed.size()) return true;
  for (std::size_t i = 0; i < recorded.size(); ++i)
    if (recorded[i] != observed[i] && recorded[i] != "resource" && recorded[i] != "timeout") return true;
  return false;
}

}  // namespace

std::string short_version(const std::string& line) {
  static const std::regex number(R"(\d+(\.\d+)+)");
  std::smatch found;
  return std::regex_search(line, found, number) ? found.str() : line;
}

OrderedJson identify(const Implementation& implementation, const std::string& version_line) {
  OrderedJson entry{{"version", short_version(version_line)}};
  if (!implementation.version_command) return entry;
  const auto libraries = library_versions(implementation.version_command->fill(implementation.places)[0]);
  if (!libraries.zlib.empty()) entry["zlib"] = libraries.zlib;
  if (!libraries.libzstd.empty()) entry["libzstd"] = libraries.libzstd;
  return entry;
}

Result<std::map<std::string, OrderedJson>> gather(const Results& results,
                                                  const std::map<std::string, OrderedJson>& identities) {
  std::map<std::string, std::map<std::string, std::map<std::size_t, OrderedJson>>> answers;
  for (const auto& record : results.records) {
    if (record.status == Status::harness_error)
      return fail("{} {} {}: {}", record.case_id, name(record.op), record.implementation, record.detail);
    const bool answered = !record.answer.empty();
    answers[record.case_id][record.implementation][record.index] =
        answered ? OrderedJson(record.answer) : OrderedJson(nullptr);
  }
  std::map<std::string, OrderedJson> evidence;
  for (const auto& [case_id, of_case] : answers)
    for (const auto& [implementation, by_index] : of_case) {
      const auto identity = identities.find(implementation);
      if (identity == identities.end()) continue;
      OrderedJson entry = identity->second;
      entry[observed_key] = OrderedJson::array();
      for (const auto& [index, answer] : by_index) entry[observed_key].push_back(answer);
      const bool nothing =
          std::all_of(by_index.begin(), by_index.end(), [](const auto& one) { return one.second.is_null(); });
      if (!nothing) evidence[case_id][implementation] = std::move(entry);
    }
  return evidence;
}

OrderedJson renewed(const OrderedJson& recorded, const OrderedJson& observed) {
  std::map<std::string, OrderedJson> entries;
  for (const auto* source : {&recorded, &observed})
    if (source->is_object())
      for (const auto& [implementation, entry] : source->items()) entries[implementation] = entry;
  OrderedJson sorted = OrderedJson::object();
  for (const auto& [implementation, entry] : entries) sorted[implementation] = entry;
  return sorted;
}

EvidenceChanges compare_evidence(const std::string& case_id, const OrderedJson& recorded, const OrderedJson& observed) {
  EvidenceChanges changes;
  if (!observed.is_object()) return changes;
  for (const auto& [implementation, entry] : observed.items()) {
    if (!recorded.is_object() || !recorded.contains(implementation)) {
      changes.broken.push_back(fmt::format("{}: no evidence of {} is recorded", case_id, implementation));
      continue;
    }
    const auto& former = recorded[implementation];
    if (!is_identity(former, entry))
      changes.unlike.insert(fmt::format("{}: recorded with {}, but here is {}", implementation, identity(former).dump(),
                                        identity(entry).dump()));
    else if (differs_beyond_limits(former[observed_key], entry[observed_key]))
      changes.broken.push_back(fmt::format("{}: {} answered {}, but {} is recorded", case_id, implementation,
                                           entry[observed_key].dump(), former[observed_key].dump()));
  }
  return changes;
}

}  // namespace conform
