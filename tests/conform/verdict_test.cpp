// Expectation and observation to status, as a table.
#include "verdict/verdict.hpp"

#include <catch2/catch_test_macros.hpp>

namespace conform {
namespace {

const Expect accept{{{"", Answer::accept, ""}}, false, {}};
const Expect reject{{{"", Answer::reject, ""}}, false, {}};
const Expect clean{{{"", Answer::clean, ""}}, false, {}};
const Expect leaks{{{"", Answer::leaks, ""}}, false, {}};
const Expect corrupt{{{"", Answer::corrupt, ""}}, false, {}};
const Expect either{{{"reads", Answer::accept, ""}, {"refuses", Answer::reject, ""}}, true, {}};
const Expect rounded{{{"exact", Answer::accept, ""}, {"rounded", Answer::accept, "512"}}, true, {}};
const Expect observe{{}, false, {}};

Facts gave(std::set<std::string> matches) { return {Answer::accept, std::nullopt, std::move(matches), true}; }
Facts as_of_twin(Facts facts) {
  facts.is_as_of_twin = true;
  return facts;
}
Facts holds_right_disk(Facts facts) {
  facts.holds_right_disk = true;
  return facts;
}
Facts said(Answer answer) { return {answer, std::nullopt, {}, true}; }
Facts unclaimed(Facts facts) {
  facts.claims_features = false;
  return facts;
}
Facts failed(Status failure) { return {std::nullopt, failure, {}, true}; }

TEST_CASE("the status follows from what is expected and what came out") {
  struct Row {
    const char* what;
    const Expect& expect;
    Facts facts;
    Status status;
    const char* choice = "";
  };
  const Row rows[] = {
      {"right data", accept, gave({""}), Status::pass},
      {"other data", accept, gave({}), Status::wrong_data},
      {"an image that holds the disk and breaks a rule", accept, holds_right_disk(gave({})), Status::unsound_image},
      {"an alternative that is not offered", accept, gave({"512"}), Status::wrong_data},
      {"refused", accept, said(Answer::reject), Status::wrong_reject},
      {"claims the feature, says unsupported", accept, said(Answer::unsupported), Status::wrong_reject},
      {"crash", accept, failed(Status::crash), Status::crash},
      {"time-out", reject, failed(Status::timeout), Status::timeout},
      {"over a limit", accept, failed(Status::resource), Status::resource},
      {"not started", accept, failed(Status::harness_error), Status::harness_error},

      {"a refusal that is wanted", reject, said(Answer::reject), Status::pass},
      {"the same, in other words", reject, said(Answer::unsupported), Status::pass},
      {"accepted", reject, gave({}), Status::wrong_accept},
      {"accepted, the valid twin's bytes", reject, as_of_twin(gave({})), Status::flaw_unnoticed},
      {"the twin's bytes where others are right", accept, as_of_twin(gave({})), Status::wrong_data},
      {"accepted, zeros in the refused parts", reject, gave({""}), Status::wrong_accept},
      {"a crash is not a refusal", reject, failed(Status::crash), Status::crash},

      {"unclaimed, refused", accept, unclaimed(said(Answer::reject)), Status::unsupported},
      {"unclaimed, says so", accept, unclaimed(said(Answer::unsupported)), Status::unsupported},
      {"unclaimed, right data", accept, unclaimed(gave({""})), Status::pass},
      {"unclaimed, other data", accept, unclaimed(gave({})), Status::wrong_data},
      {"unclaimed, a refusal that is wanted", reject, unclaimed(said(Answer::reject)), Status::unsupported},
      {"unclaimed, accepted", reject, unclaimed(gave({})), Status::wrong_accept},
      {"unclaimed, crash", accept, unclaimed(failed(Status::crash)), Status::crash},

      {"either, read", either, gave({""}), Status::choice, "reads"},
      {"either, refused", either, said(Answer::reject), Status::choice, "refuses"},
      {"either, other data", either, gave({}), Status::wrong_data},
      {"either, crash", either, failed(Status::crash), Status::crash},
      {"either, unclaimed, refused", either, unclaimed(said(Answer::reject)), Status::unsupported},
      {"rounded, exact", rounded, gave({""}), Status::choice, "exact"},
      {"rounded, rounded", rounded, gave({"512"}), Status::choice, "rounded"},
      {"rounded, refused", rounded, said(Answer::reject), Status::wrong_reject},

      {"observed, read", observe, gave({}), Status::observed, "accept"},
      {"observed, refused", observe, said(Answer::reject), Status::observed, "reject"},
      {"observed, corrupt", observe, said(Answer::corrupt), Status::observed, "corrupt"},
      {"observed, crash", observe, failed(Status::crash), Status::crash},

      {"clean", clean, said(Answer::clean), Status::pass},
      {"a good image called leaking", clean, said(Answer::leaks), Status::wrong_reject},
      {"a good image called corrupt", clean, said(Answer::corrupt), Status::wrong_reject},
      {"a good image refused", clean, said(Answer::reject), Status::wrong_reject},
      {"leaks", leaks, said(Answer::leaks), Status::pass},
      {"leaks not seen", leaks, said(Answer::clean), Status::flaw_unnoticed},
      {"leaks called corrupt", leaks, said(Answer::corrupt), Status::wrong_reject},
      {"corrupt", corrupt, said(Answer::corrupt), Status::pass},
      {"corruption called a leak", corrupt, said(Answer::leaks), Status::flaw_unnoticed},
      {"corruption not seen", corrupt, said(Answer::clean), Status::flaw_unnoticed},
      {"corruption not looked at", corrupt, said(Answer::reject), Status::wrong_reject},
      {"what should be refused called corrupt", reject, said(Answer::corrupt), Status::pass},
      {"no image called clean", reject, said(Answer::clean), Status::flaw_unnoticed},
  };
  for (const auto& row : rows) {
    CAPTURE(row.what);
    const auto verdict = judge(row.expect, row.facts);
    CHECK(name(verdict.status) == name(row.status));
    CHECK(verdict.choice == row.choice);
  }
}

TEST_CASE("every status has a name of its own, and is found by it") {
  for (Status status : statuses) CHECK(status_named(name(status)) == status);
  CHECK(statuses.size() == 19);
  CHECK(!status_named("passed"));
}

TEST_CASE("in a must case pass, unsupported, not-run, known-fail and answers left open are no non-conformance") {
  for (Status status : {Status::pass, Status::unsupported, Status::not_run, Status::known_fail, Status::choice,
                        Status::inconsistent_choice, Status::observed, Status::harness_error, Status::unexpected_pass})
    CHECK(!is_nonconformance(status));
  for (Status status :
       {Status::wrong_data, Status::wrong_accept, Status::flaw_unnoticed, Status::wrong_reject, Status::unsound_image,
        Status::crash, Status::timeout, Status::resource, Status::tampered, Status::flaky})
    CHECK(is_nonconformance(status));
}

TEST_CASE("only pass and answers left open are well") {
  for (Status status : statuses)
    CHECK((badness(status) == 0) == (status == Status::pass || status == Status::choice || status == Status::observed));
}

TEST_CASE("an unnoticed flaw is the least of the failures, and far from invented bytes") {
  for (Status status : statuses)
    if (is_nonconformance(status) && status != Status::flaw_unnoticed)
      CHECK(badness(status) > badness(Status::flaw_unnoticed));
  CHECK(badness(Status::flaw_unnoticed) == badness_of_unnoticed_flaws);
  for (Status status : statuses)
    CHECK((badness(status) == badness_of_invented_bytes) ==
          (status == Status::wrong_data || status == Status::wrong_accept));
}

TEST_CASE("an unscored difference is no failure, by its badness either") {
  for (Status status : {Status::choice, Status::inconsistent_choice, Status::observed}) CHECK(badness(status) < 2);
  for (Status status : statuses)
    if (is_nonconformance(status)) CHECK(badness(status) >= 2);
}

}  // namespace
}  // namespace conform
