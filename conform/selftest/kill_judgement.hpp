// What a kill matrix says about the suite: which mutants live, which cases tell nothing apart, and the least set of
// cases that still kills every mutant.
#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "mutants/kill_matrix.hpp"

namespace conform {

/// Cases that no mutant fails, with the reason for which they stay: images that every reader must master, so that one
/// that refuses everything does not look careful.
using PositiveControls = std::map<std::string, std::string>;  // the reason, by the case's id
Result<PositiveControls> load_controls(const std::filesystem::path& file);

inline constexpr std::size_t equivalent_max = 3;

/// One line each; none: the suite bites.
struct Judgement {
  std::vector<std::string> survivors;   // mutants that no case kills
  std::vector<std::string> idle_cases;  // must and should cases that kill nothing and are no control
  std::vector<std::string> errors;      // a control that kills, an equivalent mutant that dies, ...
  bool well() const { return survivors.empty() && idle_cases.empty() && errors.empty(); }
};

/// `whole`: the matrix has all mutants and all cases, so that cases can be judged too.
Judgement judge(const KillMatrix& matrix, const PositiveControls& controls, bool whole);

/// Ids of cases, in the matrix's order, that kill all that is killed: greedily the case that kills most of what is
/// left, and in the end without those that the others make needless.
std::vector<std::string> quick_cases(const KillMatrix& matrix);
std::string quick_json(const std::vector<std::string>& cases);

}  // namespace conform
