// Lists of known failures: what is listed is told apart from what is new, and a list that is out of step is an error.
#include "results/known.hpp"

#include <catch2/catch_test_macros.hpp>

#include "fixture.hpp"
#include "results/known_update.hpp"

namespace conform::test {
namespace {

constexpr const char* link = "https://example.org/bug/1";

Record record(Status status, std::size_t index = 0, const std::string& implementation = "some") {
  Record made;
  made.case_id = "one";
  made.index = index;
  made.implementation = implementation;
  made.status = status;
  return made;
}

KnownFailure entry(Status status, std::optional<std::size_t> index = {}, const std::string& implementation = "") {
  KnownFailure made;
  made.case_id = "one";
  made.index = index;
  made.implementation = implementation;
  made.status = status;
  made.link = link;
  return made;
}

KnownFailures list(std::vector<KnownFailure> entries) {
  return KnownFailures::make(std::move(entries), "2026-06-30").value();
}

Record applied(const KnownFailures& known, Record record) {
  known.apply(record);
  return record;
}

TEST_CASE("a list that is not there: the message says how to make one") {
  const ToyCorpus corpus;
  const auto ran = run_on(corpus, {"run", "--read-cmd", fault("honest"), "--known", "none.json"});
  CHECK(ran.exit == 2);
  CHECK(ran.output.find("known update --known none.json --link URL") != std::string::npos);
}

TEST_CASE("a failure with the status that is listed is known") {
  const auto known = list({entry(Status::wrong_data)});
  const auto one = applied(known, record(Status::wrong_data));
  CHECK(one.status == Status::known_fail);
  CHECK(one.known->found == Status::wrong_data);
  CHECK(one.known->link == link);
  CHECK(one.known->problem.empty());
}

TEST_CASE("one that passes is unexpected") {
  CHECK(applied(list({entry(Status::crash)}), record(Status::pass)).status == Status::unexpected_pass);
}

TEST_CASE("another status than the listed one stays what it is, and is a problem of the list") {
  const auto known = list({entry(Status::wrong_reject)});
  for (Status status : {Status::wrong_data, Status::crash, Status::unsupported, Status::choice, Status::observed}) {
    const auto one = applied(known, record(status));
    CHECK(one.status == status);
    CHECK(!one.known->problem.empty());
  }
}

TEST_CASE("what did not run says nothing about the list") {
  const auto known = list({entry(Status::wrong_reject)});
  for (Status status : {Status::not_run, Status::harness_error}) {
    const auto one = applied(known, record(status));
    CHECK(one.status == status);
    CHECK(!one.known);
  }
}

TEST_CASE("an entry is in force up to its last day") {
  auto dated = entry(Status::crash);
  dated.expires = "2026-06-30";
  CHECK(applied(list({dated}), record(Status::crash)).status == Status::known_fail);
  dated.expires = "2026-06-29";
  const auto over = applied(list({dated}), record(Status::crash));
  CHECK(over.status == Status::crash);
  CHECK(over.known->problem.find("2026-06-29") != std::string::npos);
}

TEST_CASE("the closest entry counts") {
  const auto known = list({entry(Status::crash), entry(Status::timeout, 1), entry(Status::wrong_data, {}, "some"),
                           entry(Status::wrong_accept, 1, "some")});
  CHECK(known.find(record(Status::pass, 1))->status == Status::wrong_accept);
  CHECK(known.find(record(Status::pass, 0))->status == Status::wrong_data);
  CHECK(known.find(record(Status::pass, 1, "other"))->status == Status::timeout);
  CHECK(known.find(record(Status::pass, 0, "other"))->status == Status::crash);
  CHECK(!KnownFailures::make({entry(Status::crash), entry(Status::timeout)}, ""));  // which of them?
}

TEST_CASE("an entry about nothing that was selected is told") {
  const auto known = list({entry(Status::crash, 0), entry(Status::crash, 7), entry(Status::crash, {}, "other")});
  CHECK(known.unseen({record(Status::not_run, 0)}).size() == 2);
}

Results results(std::vector<Record> records) { return {{}, std::move(records), {}}; }

TEST_CASE("an update keeps what still fails, with its link and comment, and drops what passes or is gone") {
  auto kept = entry(Status::crash, 0, "some");
  kept.comment = "since 1.0";
  kept.expires = "2099-01-01";
  auto gone = entry(Status::crash, 0, "gone");
  const auto known = list({entry(Status::crash, 1, "some"), kept, gone, entry(Status::crash, 2, "some")});
  auto records = std::vector{record(Status::wrong_data, 0), record(Status::pass, 1), record(Status::not_run, 2)};
  for (auto& one : records) known.apply(one);
  const auto update = update_known(known, results(records), "");
  REQUIRE(update);
  REQUIRE(update->entries.size() == 2);
  CHECK(update->entries[0].status == Status::wrong_data);
  CHECK(update->entries[0].comment == "since 1.0");
  CHECK(update->entries[0].expires == "2099-01-01");
  CHECK(update->entries[0].link == link);
  CHECK(update->entries[1].index == 2);
  CHECK(update->removed.size() == 2);
  CHECK(update->changed.size() == 1);
}

TEST_CASE("an update lists a new failure with the link that is told, and not without one") {
  const auto failed = results({record(Status::wrong_data, 3)});
  CHECK(!update_known(list({}), failed, ""));
  const auto update = update_known(list({}), failed, link).value();
  REQUIRE(update.entries.size() == 1);
  CHECK(update.entries[0].index == 3);
  CHECK(update.entries[0].implementation == "some");
  CHECK(update.entries[0].link == link);
}

TEST_CASE("an entry for several operations is kept while they fail alike, and else is taken apart") {
  const auto known = list({entry(Status::crash)});
  const auto alike = results({record(Status::timeout, 0), record(Status::timeout, 1), record(Status::not_run, 2)});
  const auto kept = update_known(known, alike, "").value().entries;
  REQUIRE(kept.size() == 1);
  CHECK(kept[0].status == Status::timeout);
  CHECK(!kept[0].index);
  const auto unlike = results({record(Status::wrong_data, 1), record(Status::pass, 0), record(Status::timeout, 2)});
  const auto apart = update_known(known, unlike, "").value().entries;
  REQUIRE(apart.size() == 2);
  CHECK(apart[0].index == 1);
  CHECK(apart[1].status == Status::timeout);
}

// From here on: the program.

Json known_zeros(const char* id, const char* status) {
  return {{"case", id}, {"operation", "read"}, {"status", status}, {"link", link}};
}

Ran run_with(const ToyCorpus& corpus, const fs::path& file, const std::vector<Json>& entries, const std::string& which,
             const std::vector<std::string>& more = {}) {
  write_file(file, Json{{"schema", 1}, {"known", entries}}.dump());
  std::vector<std::string> arguments{"run", "--read-cmd", fault(which), "--known", file.string()};
  arguments.insert(arguments.end(), more.begin(), more.end());
  return run_on(corpus, arguments);
}

TEST_CASE("a run whose failures are all known conforms") {
  const ToyCorpus corpus;
  const TempFolder folder;
  const auto ran = run_with(corpus, folder / "known.json", {known_zeros("accepted", "wrong-data")}, "zeros");
  CAPTURE(ran.output);
  CHECK(ran.exit == 0);
  CHECK(ran.status("accepted") == "known-fail");
  for (const auto& one : ran.records) CHECK(one["known"].is_null() == (one["case"] == "refused"));
  CHECK(ran.summary["implementations"][0]["counts"]["known-fail"] == 1);
  CHECK(ran.summary["implementations"][0]["must"]["pass"] == 1);  // it is not counted as one that passed
}

TEST_CASE("a list that is out of step is exit 6, and a failure is exit 1 before that") {
  const ToyCorpus corpus;
  const TempFolder folder;
  const auto file = folder / "known.json";
  const auto listed = known_zeros("accepted", "wrong-data");
  const auto passes = run_with(corpus, file, {listed}, "honest");
  CHECK(passes.exit == 6);
  CHECK(passes.status("accepted") == "unexpected-pass");
  CHECK(passes.summary["exit_status"] == 6);

  const auto other = run_with(corpus, file, {known_zeros("accepted", "crash")}, "zeros");
  CHECK(other.exit == 1);
  CHECK(other.status("accepted") == "wrong-data");
  CHECK(other.output.find("listed as crash, but the status is wrong-data") != std::string::npos);

  auto expired = listed;
  expired["expires"] = "2001-02-03";
  CHECK(run_with(corpus, file, {expired}, "zeros").exit == 1);
  CHECK(run_with(corpus, file, {expired}, "honest").exit == 6);

  const auto unseen =
      run_with(corpus, file, {listed, known_zeros("refused", "wrong-accept")}, "zeros", {"--case", "accepted"});
  CHECK(unseen.exit == 6);
  CHECK(unseen.output.find("refused, read: wrong-accept: listed, but not selected in this run") != std::string::npos);
  CHECK(run_with(corpus, file, {known_zeros("no-such-case", "crash")}, "honest").exit == 6);
}

TEST_CASE("a list that cannot be used is an error of use") {
  const ToyCorpus corpus;
  const TempFolder folder;
  const auto file = folder / "known.json";
  auto without_link = known_zeros("accepted", "crash");
  without_link.erase("link");
  auto typo = known_zeros("accepted", "crash");
  typo["expire"] = "2099-01-01";
  for (const std::vector<Json>& entries :
       {std::vector<Json>{without_link}, std::vector<Json>{typo}, std::vector<Json>{known_zeros("accepted", "pass")},
        std::vector<Json>{known_zeros("accepted", "crash"), known_zeros("accepted", "timeout")}})
    CHECK(run_with(corpus, file, entries, "honest").exit == 2);
  CHECK(run_on(corpus, {"run", "--read-cmd", fault("honest"), "--known", (folder / "none").string()}).exit == 2);
}

TEST_CASE("known update writes the list that the run agrees with, in one order") {
  const ToyCorpus corpus;
  const TempFolder folder;
  const auto file = (folder / "known.json").string();
  const auto out = (folder / "results").string();
  REQUIRE(run_on(corpus, {"run", "--read-cmd", fault("no-output"), "--out", out}).exit == 1);
  const auto refused = run_on(corpus, {"known", "update", "--known", file, out});
  CHECK(refused.exit == 2);
  CHECK(!fs::exists(file));
  CHECK(run_on(corpus, {"known", "update", "--known", file, "--link", link, out}).exit == 0);
  const auto text = read_file(file);
  CHECK(text.find("accepted") < text.find("refused"));
  CHECK(run_on(corpus, {"run", "--read-cmd", fault("no-output"), "--known", file, "--out", out}).exit == 0);
  CHECK(run_on(corpus, {"known", "update", "--known", file, out + "/results.jsonl"}).exit == 0);
  CHECK(read_file(file) == text);
  REQUIRE(run_on(corpus, {"run", "--read-cmd", fault("honest"), "--known", file, "--out", out}).exit == 6);
  CHECK(run_on(corpus, {"known", "update", "--known", file, out}).exit == 0);
  CHECK(Json::parse(read_file(file))["known"].empty());
}

}  // namespace
}  // namespace conform::test
