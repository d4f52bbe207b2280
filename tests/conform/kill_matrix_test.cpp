// What is a kill, which cases are enough, and what is wrong with a suite that lets a mutant live.

#include "mutants/kill_matrix.hpp"

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>

#include "fixture.hpp"
#include "selftest/kill_judgement.hpp"

using namespace conform;
using namespace conform::test;

namespace {

Record answered(Status status, const std::string& choice = "") {
  Record record;
  record.status = status;
  record.choice = choice;
  return record;
}

Case case_of(Level level) {
  Case one;
  one.level = level;
  return one;
}

Mutant named(const std::string& name) { return {name, "reader", "model/reader.cpp", "a mistake", "", "a", "b", ""}; }

/// Three cases; the last is on an open point.
KillMatrix matrix_of(std::vector<std::pair<std::string, std::string>> rows) {
  KillMatrix matrix{{{"one", "f", Level::must}, {"two", "f", Level::should}, {"open", "f", Level::unspecified}}, {}};
  for (const auto& [name, cells] : rows) matrix.mutants.push_back({named(name), cells});
  return matrix;
}

}  // namespace

TEST_CASE("a wrong answer in a must or should case is a kill, and in no other") {
  const auto status = GENERATE(Status::wrong_data, Status::wrong_accept, Status::flaw_unnoticed, Status::wrong_reject,
                               Status::unsound_image, Status::inconsistent_choice);
  for (Level level : {Level::must, Level::should})
    CHECK(cell::is_kill(cell_of(case_of(level), {answered(Status::pass)}, {answered(status)})));
  for (Level level : {Level::may, Level::unspecified})
    CHECK(cell_of(case_of(level), {answered(Status::choice)}, {answered(status)}) == cell::other);
}

TEST_CASE("a crash, a time-out and an exceeded limit are no kill") {
  const auto status = GENERATE(Status::crash, Status::timeout, Status::resource);
  CHECK(cell_of(case_of(Level::must), {answered(Status::pass)}, {answered(status)}) == cell::crash);
}

TEST_CASE("another choice is no kill, the same answer is nothing") {
  const auto either = case_of(Level::must);
  CHECK(cell_of(either, {answered(Status::choice, "a")}, {answered(Status::choice, "b")}) == cell::other);
  CHECK(cell_of(either, {answered(Status::choice, "a")}, {answered(Status::choice, "a")}) == cell::same);
}

TEST_CASE("a case that cannot be run here says nothing, and is not judged") {
  CHECK(cell_of(case_of(Level::must), {answered(Status::not_run)}, {answered(Status::not_run)}) == cell::not_run);
  CHECK(cell_of(case_of(Level::must), {answered(Status::not_run), answered(Status::pass)},
                {answered(Status::not_run), answered(Status::wrong_data)}) == cell::wrong_data);
  CHECK(judge(matrix_of({{"dead", "d-."}}), {}, true).well());
}

TEST_CASE("of a case's operations the worst counts") {
  const std::vector<Record> model{answered(Status::pass), answered(Status::pass), answered(Status::pass)};
  const std::vector<Record> mutant{answered(Status::crash), answered(Status::wrong_data), answered(Status::pass)};
  CHECK(cell_of(case_of(Level::must), model, mutant) == cell::wrong_data);
}

TEST_CASE("a mutant that no case kills lives, though it crash") {
  const auto judgement = judge(matrix_of({{"dead", "d.."}, {"crashes", "!!."}, {"open-only", "..~"}}), {}, false);
  REQUIRE(judgement.survivors.size() == 2);
  CHECK(judgement.survivors[0].starts_with("crashes "));
  CHECK(judgement.survivors[1].starts_with("open-only "));
  CHECK_FALSE(judgement.well());
}

TEST_CASE("an equivalent mutant may live, must not die, and there are few") {
  auto matrix = matrix_of({{"same", "..."}});
  matrix.mutants[0].mutant.equivalent = "because";
  CHECK(judge(matrix, {}, false).well());
  matrix.mutants[0].cells = "d..";
  CHECK(judge(matrix, {}, false).errors.size() == 1);
  matrix.mutants.assign(equivalent_max + 1, {matrix.mutants[0].mutant, "..."});
  CHECK(judge(matrix, {}, false).errors.size() == 1);
}

TEST_CASE("a must or should case kills or is a control, and a control is a case that does not kill") {
  const auto matrix = matrix_of({{"dead", "d.."}});
  CHECK(judge(matrix, {}, false).well());  // not all mutants or cases: nothing is known of the cases
  CHECK(judge(matrix, {}, true).idle_cases.size() == 1);
  CHECK(judge(matrix, {{"two", "why"}}, true).well());
  CHECK(judge(matrix, {{"two", "why"}, {"one", "why"}}, true).errors.size() == 1);
  CHECK(judge(matrix, {{"two", "why"}, {"open", "why"}}, true).errors.size() == 1);
  CHECK(judge(matrix, {{"two", "why"}, {"gone", "why"}}, true).errors.size() == 1);
}

TEST_CASE("a case that some mutant has not run may kill nothing yet") {
  CHECK(judge(matrix_of({{"dead", "d.."}, {"newer", "d-."}}), {}, true).well());
}

TEST_CASE("a later run adds to what a matrix knows, and takes nothing away") {
  const auto older = matrix_of({{"old", "d-."}});
  KillMatrix newer{{{"two", "f", Level::should}, {"three", "f", Level::must}},
                   {{named("new"), "a-"}, {named("old"), "-."}}};
  Case one, two, three;
  one.id = "one", two.id = "two", three.id = "three";
  const auto all = merged(older, newer, {named("old"), named("new")}, {&one, &two, &three});
  REQUIRE(all.mutants.size() == 2);
  CHECK(all.mutants[0].cells == "d-.");
  CHECK(all.mutants[1].cells == "-a-");
}

TEST_CASE("the quick cases kill whatever all cases kill, and none of them is needless") {
  KillMatrix matrix;
  for (const char* id : {"a", "b", "c", "d"}) matrix.cases.push_back({id, "f", Level::must});
  // b kills most, and is needless once a and c are taken.
  for (const char* cells : {"dd..", "dd..", ".dd.", ".dd.", "d...", "..d.", "...!"})
    matrix.mutants.push_back({named(cells), cells});
  CHECK(quick_cases(matrix) == std::vector<std::string>{"a", "c"});
  CHECK(quick_cases({}).empty());
}

TEST_CASE("a kill matrix is read as it was written, and only for the mutants that it names") {
  const TempFolder folder;
  const auto matrix = matrix_of({{"dead", "da~"}, {"crashes", "!i."}});
  write_file(folder / "matrix.json", matrix_json(matrix));
  const auto read = load_matrix(folder / "matrix.json", {named("dead"), named("crashes")});
  REQUIRE(read);
  CHECK(matrix_json(*read) == matrix_json(matrix));
  CHECK_FALSE(load_matrix(folder / "matrix.json", {named("dead")}));
  CHECK_FALSE(load_matrix(folder / "matrix.json", {named("dead"), named("crashes"), named("new")}));
}
