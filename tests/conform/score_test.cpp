// What stands in the fraction, and what stands beside it.
#include "results/score.hpp"

#include <catch2/catch_test_macros.hpp>

#include "results/summary.hpp"

namespace conform {
namespace {

Record record(Status status, bool offered = true, bool claimed = true) {
  Record record;
  record.status = status;
  record.offered = offered;
  record.claimed = claimed;
  return record;
}

Score score_of(const std::vector<Record>& records) {
  Score score;
  for (const auto& one : records) score.add(one);
  return score;
}

TEST_CASE("what is not offered and what is unsupported stand beside the fraction") {
  const auto score = score_of({record(Status::pass), record(Status::pass), record(Status::not_run, false),
                               record(Status::not_run, false, false), record(Status::unsupported, true, false)});
  CHECK(score.text() == "2/2 must; 2 not offered, 1 unsupported");
  CHECK(score.worst() == 0);
}

TEST_CASE("what this machine could not run stands in the fraction, and beside it") {
  const auto score = score_of({record(Status::pass), record(Status::not_run)});
  CHECK(score.text() == "1/2 must; 1 not run");
  CHECK(score.worst() == 1);
}

TEST_CASE("of a feature that is not claimed only an answer counts, right or wrong") {
  CHECK(score_of({record(Status::not_run, true, false)}).text() == "0/0 must; 1 not run");
  CHECK(score_of({record(Status::pass, true, false), record(Status::wrong_data, true, false)}).text() == "1/2 must");
}

TEST_CASE("an answer that the text leaves open is held against nobody") {
  const auto score = score_of({record(Status::choice), record(Status::inconsistent_choice), record(Status::observed)});
  CHECK(score.text() == "3/3 must");
  CHECK(score.worst() == 0);
}

TEST_CASE("every failure stands in the fraction, a known one too") {
  for (Status status : {Status::wrong_data, Status::flaw_unnoticed, Status::unsound_image, Status::crash,
                        Status::known_fail, Status::harness_error}) {
    const auto score = score_of({record(status)});
    CHECK(score.fraction() == "0/1");
    CHECK(score.worst() == badness(status));
  }
}

TEST_CASE("what is not offered makes no family doubtful, and what did not run does") {
  Tally tally;
  tally.add(record(Status::pass));
  tally.add(record(Status::not_run, false));
  CHECK(tally.worst() == 0);
  tally.add(record(Status::not_run));
  CHECK(tally.worst() == 1);
}

}  // namespace
}  // namespace conform
