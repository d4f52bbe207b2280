// A case that few mistakes fail tells more than one that many fail: its weight is the logarithm of how rare that is. A
// mistake fits where nearly all that it makes fail does fail, by weight; the mistakes that are said must together
// explain most of what fails. Both bounds were chosen on the mutants themselves; docs/looks-like.md has what they give
// on readers that had no part in that. One case that ran is too little to know a mistake by that fails several.
#include "mutants/looks_like.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>

namespace conform {
namespace {

constexpr double contained_min = 0.9;
constexpr double explained_min = 0.8;
constexpr double of_another_kind = 0.5;  // a case fails, and not as the mistake makes it fail
constexpr std::size_t mistakes_max = 3;
constexpr std::size_t alike_max = 3;  // of more, naming them all says nothing

using Marks = std::map<std::size_t, char>;  // of a case, by its place in the matrix; as in the matrix (kill_matrix.hpp)

char mark_of(Status status) {
  switch (status) {
    case Status::wrong_data:
    case Status::tampered:
    case Status::flaky: return cell::wrong_data;
    case Status::wrong_accept: return cell::wrong_accept;
    case Status::flaw_unnoticed: return cell::unnoticed;
    case Status::unsound_image: return cell::unsound;
    case Status::wrong_reject: return cell::wrong_reject;
    case Status::crash:
    case Status::timeout:
    case Status::resource: return cell::crash;
    default: return cell::same;
  }
}

/// What an implementation's cases came to. A case of which a part was not asked counts only where it fails.
Marks marks_of(const Results& results, const std::string& implementation, const KillMatrix& matrix) {
  std::map<std::string, std::size_t> places;
  for (std::size_t i = 0; i < matrix.cases.size(); ++i)
    if (matrix.cases[i].scored()) places.emplace(matrix.cases[i].id, i);
  std::map<std::size_t, std::vector<Status>> asked;
  for (const auto& record : results.records)
    if (record.implementation == implementation)
      if (const auto place = places.find(record.case_id); place != places.end())
        asked[place->second].push_back(record.status);
  Marks marks;
  for (const auto& [place, all] : asked) {
    const auto worst =
        *std::max_element(all.begin(), all.end(), [](Status a, Status b) { return badness(a) < badness(b); });
    const bool whole = std::all_of(all.begin(), all.end(),
                                   [](Status status) { return was_executed(status) && status != Status::unsupported; });
    if (is_nonconformance(worst) || whole) marks.emplace(place, mark_of(worst));
  }
  return marks;
}

class Comparison {
 public:
  Comparison(Marks marks, const KillMatrix& matrix) : marks_(std::move(marks)), matrix_(matrix) {
    for (const auto& [place, mark] : marks_) {
      const auto kills = std::max<std::size_t>(1, matrix.kills_of_case(place));
      weights_[place] = std::log(static_cast<double>(matrix.mutants.size() + 1) / static_cast<double>(kills));
      if (mark != cell::same) left_.emplace(place, mark);
    }
    total_ = weight_left();
  }

  std::vector<Likeness> find() {
    std::vector<Likeness> found;
    while (found.size() < mistakes_max && !left_.empty()) {
      const auto best = best_fitting();
      if (best.empty() || best.size() > alike_max) break;
      found.push_back(likeness(best));
      for (const auto* row : best)
        std::erase_if(left_, [&](const auto& one) { return row->cells[one.first] != cell::same; });
    }
    if (weight_left() > (1 - explained_min) * total_) found.clear();
    return found;
  }

 private:
  double weight_left() const {
    double sum = 0;
    for (const auto& [place, mark] : left_) sum += weights_.at(place);
    return sum;
  }

  /// By how much the mistake explains more than it promises in vain; nothing where it does not fit.
  double merit(const MatrixMutant& row) const {
    double hit = 0, promised = 0, vain = 0;
    std::size_t ran = 0;
    for (const auto& [place, mark] : marks_) {
      if (!cell::is_kill(row.cells[place])) continue;
      ++ran;
      if (mark == cell::same) vain += weights_.at(place);
      if (!left_.contains(place)) continue;
      promised += weights_.at(place);
      hit += weights_.at(place) * (mark == row.cells[place] ? 1 : of_another_kind);
    }
    if (ran == 1 && std::ranges::count_if(row.cells, cell::is_kill) > 1) return 0;
    return promised > 0 && hit >= contained_min * (promised + vain) ? hit - vain : 0;
  }

  std::vector<const MatrixMutant*> best_fitting() const {
    constexpr double alike = 1e-9;
    double most = 0;
    std::vector<const MatrixMutant*> best;
    for (const auto& row : matrix_.mutants) {
      const double here = merit(row);
      if (here > most + alike) best.clear();
      if (here > 0 && here >= most - alike) best.push_back(&row);
      most = std::max(most, here);
    }
    return best;
  }

  Likeness likeness(const std::vector<const MatrixMutant*>& rows) const {
    Likeness found;
    for (const auto* row : rows) found.mutants.push_back(&row->mutant);
    std::vector<std::size_t> places;
    for (const auto& [place, mark] : marks_) {
      if (!cell::is_kill(rows[0]->cells[place])) continue;
      ++found.of;
      if (mark != cell::same) places.push_back(place);
    }
    std::stable_sort(places.begin(), places.end(),
                     [&](std::size_t a, std::size_t b) { return weights_.at(a) > weights_.at(b); });
    for (const auto place : places) found.cases.push_back(matrix_.cases[place].id);
    return found;
  }

  Marks marks_, left_;  // all that ran, and what fails of it and is not explained yet
  const KillMatrix& matrix_;
  std::map<std::size_t, double> weights_;
  double total_ = 0;
};

}  // namespace

std::vector<Likeness> looks_like(const Results& results, const std::string& implementation, const KillMatrix& matrix) {
  return Comparison(marks_of(results, implementation, matrix), matrix).find();
}

std::string likeness_words(const Likeness& likeness) {
  std::string names;
  for (const auto* mutant : likeness.mutants) names += (names.empty() ? "" : " or ") + mutant->name;
  const auto& mistake = likeness.mutants[0]->mistake;
  return fmt::format("{} ({} of its {} cases){}", names, likeness.cases.size(), likeness.of,
                     mistake.empty() ? "" : ": " + mistake);
}

}  // namespace conform
