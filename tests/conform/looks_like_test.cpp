// Which known mistake the failures look like, and when nothing is said.
#include "mutants/looks_like.hpp"

#include <catch2/catch_test_macros.hpp>

#include "fixture.hpp"

namespace conform::test {
namespace {

/// Cases a, b, c, …, and a row of the matrix for each mistake.
KillMatrix matrix_of(const std::vector<std::pair<std::string, std::string>>& rows) {
  KillMatrix matrix;
  for (std::size_t i = 0; i < rows[0].second.size(); ++i)
    matrix.cases.push_back({std::string(1, static_cast<char>('a' + i)), "f", Level::must});
  for (const auto& [name, cells] : rows)
    matrix.mutants.push_back({{name, "reader", "model/read/reader.cpp", "it errs", "", "x", "y", ""}, cells});
  return matrix;
}

/// What a reader answers to these cases, a letter each, as in a row.
Results answers(const std::string& letters) {
  Results results;
  for (std::size_t i = 0; i < letters.size(); ++i) {
    Record record;
    record.case_id = std::string(1, static_cast<char>('a' + i));
    record.implementation = "reader";
    record.status = letters[i] == 'd'   ? Status::wrong_data
                    : letters[i] == 'r' ? Status::wrong_reject
                    : letters[i] == '-' ? Status::not_run
                                        : Status::pass;
    results.records.push_back(record);
  }
  return results;
}

std::vector<std::string> said(const std::string& letters, const KillMatrix& matrix) {
  std::vector<std::string> words;
  for (const auto& one : looks_like(answers(letters), "reader", matrix)) words.push_back(likeness_words(one));
  return words;
}

using Words = std::vector<std::string>;

TEST_CASE("failures look like the mistake whose cases they are") {
  const auto matrix = matrix_of({{"small", "dd...."}, {"large", "dddd.."}, {"other", "....dd"}});
  CHECK(said("dd....", matrix) == Words{"small (2 of its 2 cases): it errs"});
  CHECK(said("dddd..", matrix) == Words{"large (4 of its 4 cases): it errs"});
  CHECK(said("......", matrix).empty());
}

TEST_CASE("two mistakes are both found, the one that explains more first") {
  const auto matrix = matrix_of({{"small", "dd...."}, {"large", "..dddd"}, {"some", ".dd..."}});
  CHECK(said("dddddd", matrix) == Words{"large (4 of its 4 cases): it errs", "small (2 of its 2 cases): it errs"});
}

TEST_CASE("nothing is said where a mistake's cases pass, or where much else fails") {
  const auto matrix = matrix_of({{"large", "dddd.."}, {"other", "....dd"}});
  CHECK(said("dd....", matrix).empty());
  const auto wide = matrix_of({{"small", "d....."}, {"large", ".ddddd"}});
  CHECK(said("ddd...", wide).empty());
}

TEST_CASE("a case that did not run counts neither way") {
  const auto matrix = matrix_of({{"large", "dddd.."}, {"other", "....dd"}});
  CHECK(said("ddd-..", matrix) == Words{"large (3 of its 3 cases): it errs"});
}

TEST_CASE("one case that ran does not tell a mistake that makes several fail") {
  const auto matrix = matrix_of({{"large", "dddd.."}, {"lone", "....d."}});
  CHECK(said("d-----", matrix).empty());
  CHECK(said("dd----", matrix) == Words{"large (2 of its 2 cases): it errs"});
  CHECK(said("----d-", matrix) == Words{"lone (1 of its 1 cases): it errs"});
}

TEST_CASE("another way to fail fits less") {
  const auto matrix = matrix_of({{"hands-out", "dddd"}, {"refuses", "rrrr"}});
  CHECK(said("rrrr", matrix) == Words{"refuses (4 of its 4 cases): it errs"});
}

TEST_CASE("mistakes that the cases do not tell apart are named together") {
  const auto matrix = matrix_of({{"one", "dd.."}, {"two", "dd.."}, {"three", "..dd"}});
  CHECK(said("dd..", matrix) == Words{"one or two (2 of its 2 cases): it errs"});
}

TEST_CASE("without a published matrix failures are held to nothing") {
  const TempFolder folder;
  CHECK(published_matrix(folder.path() / "kill-matrix.json", folder.path()).mutants.empty());
  CHECK(looks_like(answers("dd"), "reader", {}).empty());
}

}  // namespace
}  // namespace conform::test
