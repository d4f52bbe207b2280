// The cases of a choice group are answered alike, or the records say that they are not.
#include "results/choices.hpp"

#include <catch2/catch_test_macros.hpp>

#include "fixture.hpp"

namespace conform {
namespace {

Record chose(const std::string& id, const std::string& choice, const std::string& group = "g") {
  Record record;
  record.case_id = id;
  record.implementation = "some";
  record.choice_group = group;
  record.status = Status::choice;
  record.choice = choice;
  return record;
}

TEST_CASE("a group is held back until it is whole") {
  ChoiceGroups groups;
  groups.announce("some", "g");
  groups.announce("some", "g");
  groups.announce("some", "");
  CHECK(groups.admit(chose("a", "yes", "")).size() == 1);
  CHECK(groups.admit(chose("b", "yes")).empty());
  const auto both = groups.admit(chose("a", "yes"));
  REQUIRE(both.size() == 2);
  for (const auto& record : both) CHECK(record.status == Status::choice);
}

TEST_CASE("answers that differ are all called inconsistent") {
  std::vector<Record> group{chose("a", "yes"), chose("b", "no"), chose("c", "yes")};
  settle(group);
  for (const auto& record : group) {
    CHECK(record.status == Status::inconsistent_choice);
    CHECK(record.detail == "a is answered with yes, b with no");
  }
}

TEST_CASE("what is no choice does not count, and stays as it is") {
  std::vector<Record> group{chose("a", "yes"), chose("b", ""), chose("c", "yes")};
  group[1].status = Status::crash;
  settle(group);
  CHECK(group[0].status == Status::choice);
  CHECK(group[1].status == Status::crash);
  CHECK(group[2].status == Status::choice);
}

TEST_CASE("each implementation has its own choice") {
  ChoiceGroups groups;
  groups.announce("some", "g");
  groups.announce("other", "g");
  CHECK(groups.admit(chose("a", "yes")).size() == 1);
  auto other = chose("a", "no");
  other.implementation = "other";
  CHECK(groups.admit(other).at(0).status == Status::choice);
}

TEST_CASE("a run reports an implementation that contradicts itself, and does not fail it for that") {
  test::ToyCorpus corpus;
  const Json either =
      Json::array({{{"op", "read"},
                    {"expect",
                     {{"verdict", "either"},
                      {"choices", {{"reads", {{"verdict", "accept"}}}, {"refuses", {{"verdict", "reject"}}}}}}}}});
  corpus.add({.id = "lower",
              .guest = "case reads",
              .operations = either,
              .clauses = {"rule-open"},
              .more = {{"choice_group", "letters"}}});
  corpus.add({.id = "upper",
              .guest = "case READS",
              .operations = either,
              .clauses = {"rule-open"},
              .more = {{"choice_group", "letters"}}});
  const std::string fickle = "sh -c '. " + test::fault("toy.sh", "") +
                             "; read_disk | grep -aq READS && exit 1; read_honestly' sh {image} {out}";
  const test::TempFolder folder;
  const auto ran = test::run_on(corpus, {"run", "--read-cmd", fickle, "--out", (folder / "out").string()});
  CHECK(ran.status("lower") == "inconsistent-choice");
  CHECK(ran.status("upper") == "inconsistent-choice");
  CHECK(ran.exit == 0);
  const auto junit = test::read_file(folder / "out/junit.xml");
  CHECK(junit.find("lower #0 read") != std::string::npos);
  CHECK(junit.find("<failure") == std::string::npos);
  CHECK(test::read_file(folder / "out/report.md").find("lower") == std::string::npos);
  const auto honest = test::run_on(corpus, {"run", "--read-cmd", test::fault("honest")});
  CHECK(honest.status("lower") == "choice");
}

}  // namespace
}  // namespace conform
