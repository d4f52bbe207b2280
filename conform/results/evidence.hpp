// What the model and the oracles did with each case, with their versions: the `evidence` of a case file. It is
// observed, never written by hand, and a change of it under the same versions is noticed.
#pragma once

#include <map>
#include <nlohmann/json.hpp>
#include <set>
#include <string>
#include <vector>

#include "implementation/implementation.hpp"
#include "implementation/libraries.hpp"
#include "results/results.hpp"

namespace conform {

/// Keys in the order in which they are written.
using OrderedJson = nlohmann::ordered_json;

/// The version and the libraries of an implementation: {"version": "7.2.22", "zlib": "1.2.13", "libzstd": "1.5.4"}.
OrderedJson identify(const Implementation& implementation, const std::string& version_line);

/// "7.2.22" of "qemu-img version 7.2.22 (Debian …)"; the whole line where there is no number in it.
std::string short_version(const std::string& line);

/// For each case, by implementation, its identity and what was observed of each operation, null where it has no such
/// operation. An Error: an operation of an oracle gave no answer (the harness failed), so there is nothing to record.
Result<std::map<std::string, OrderedJson>> gather(const Results& results,
                                                  const std::map<std::string, OrderedJson>& identities);

/// What was recorded before, renewed by what was observed now; an implementation that is not here now keeps its entry.
OrderedJson renewed(const OrderedJson& recorded, const OrderedJson& observed);

/// How observed and recorded evidence of a case differ.
struct EvidenceChanges {
  std::vector<std::string> broken;  // other answers under the same versions, or none recorded
  std::set<std::string> unlike;     // implementations with other versions than those recorded
};
EvidenceChanges compare_evidence(const std::string& case_id, const OrderedJson& recorded, const OrderedJson& observed);

}  // namespace conform
