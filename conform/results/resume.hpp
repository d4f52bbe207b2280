// Continuing an interrupted run: only where the rest would be judged as the beginning was.
#pragma once

#include <set>
#include <string>
#include <utility>
#include <vector>

#include "results/results.hpp"

namespace conform {

/// Why a run with the header `now` cannot continue one with the header `then`; empty: it can.
std::string why_not_resumable(const Header& then, const Header& now);

/// How many of the records, from the first, can be kept: those of cases, and choice groups, of which none is missing.
/// `selected` has what the whole run is to have.
std::size_t records_to_keep(const std::vector<Record>& records, const std::vector<Record>& selected);

/// An implementation's name, and a case's id.
using Done = std::set<std::pair<std::string, std::string>>;
Done done_by(const std::vector<Record>& records);

}  // namespace conform
