// Asking several times: what stays the same stays what it is, and what differs is flaky.
#include "results/repeat.hpp"

#include <catch2/catch_test_macros.hpp>

#include "fixture.hpp"

namespace conform {
namespace {

Record answer(Status status, const std::string& digest = "", const std::string& choice = "") {
  Record made;
  made.status = status;
  made.observed_digest = digest;
  made.choice = choice;
  return made;
}

Record reconciled(const std::vector<Record>& answers) {
  std::vector<std::vector<Record>> attempts;
  for (const auto& one : answers) attempts.push_back({one});
  return reconcile(attempts).at(0);
}

TEST_CASE("the same answer each time is that answer") {
  CHECK(reconciled({answer(Status::pass, "a"), answer(Status::pass, "a")}).status == Status::pass);
  CHECK(reconciled({answer(Status::wrong_data, "a")}).status == Status::wrong_data);
  CHECK(reconciled({answer(Status::choice, "", "reads"), answer(Status::choice, "", "reads")}).choice == "reads");
}

TEST_CASE("answers that differ are flaky") {
  CHECK(reconciled({answer(Status::pass), answer(Status::wrong_reject)}).status == Status::flaky);
  CHECK(reconciled({answer(Status::wrong_data, "a"), answer(Status::wrong_data, "b")}).status == Status::flaky);
  CHECK(reconciled({answer(Status::observed, "a", "accept"), answer(Status::observed, "b", "accept")}).status ==
        Status::flaky);
  const auto chose = reconciled({answer(Status::choice, "", "reads"), answer(Status::choice, "", "refuses")});
  CHECK(chose.status == Status::flaky);
  CHECK(chose.choice.empty());  // so that it takes no part in its group
  CHECK(chose.detail.find("choice reads, choice refuses") != std::string::npos);
}

TEST_CASE("a failure of our own is not put down to the implementation") {
  CHECK(reconciled({answer(Status::pass), answer(Status::harness_error)}).status == Status::harness_error);
}

TEST_CASE("an operation is asked for as often as --repeat says") {
  const test::ToyCorpus corpus;
  const test::TempFolder folder;
  const auto log = folder / "log";
  const std::string counts = "sh -c '. " + test::fault("toy.sh", "") + "; is_case && echo >>" + log.string() +
                             "; read_honestly' sh {image} {out}";
  const auto ran =
      test::run_on(corpus, {"run", "--case", "accepted", "--repeat", "5", "--jobs", "1", "--read-cmd", counts});
  CHECK(ran.exit == 0);
  CHECK(ran.records.size() == 1);
  CHECK(test::read_file(log) == "\n\n\n\n\n");
}

}  // namespace
}  // namespace conform
