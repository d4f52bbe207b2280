// Broken implementations, each a small script, and what the runner makes of it: the fault bank's table.
#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <set>

#include "fixture.hpp"

namespace conform::test {
namespace {

struct Row {
  const char* fault;
  const char* accepted;  // the status of the case that is to be accepted
  const char* refused;   // and of the one that is to be refused
  int exit;
};

TEST_CASE("each fault gets its status and its exit code") {
  const Row row = GENERATE(
      Row{"honest", "pass", "pass", 0}, Row{"yes-to-all", "not-run", "not-run", 4},
      Row{"no-to-all", "not-run", "not-run", 4}, Row{"always-short", "not-run", "not-run", 4},
      Row{"accepts-refused", "pass", "wrong-accept", 1}, Row{"refuses-cases", "wrong-reject", "pass", 1},
      Row{"zeros", "wrong-data", "pass", 1}, Row{"right-data-exit-1", "wrong-reject", "pass", 1},
      Row{"no-output", "wrong-data", "wrong-accept", 1}, Row{"one-byte-short", "wrong-data", "pass", 1},
      Row{"one-byte-long", "wrong-data", "pass", 1}, Row{"warns", "pass", "pass", 0},
      Row{"chatters", "pass", "pass", 0}, Row{"hang", "timeout", "timeout", 1},
      Row{"hang-ignoring-sigterm", "timeout", "timeout", 1}, Row{"child-left-behind", "pass", "pass", 0},
      Row{"crash", "crash", "crash", 1}, Row{"exit-101", "crash", "crash", 1}, Row{"exit-126", "crash", "crash", 1},
      Row{"exit-127", "crash", "crash", 1}, Row{"always-crashes", "crash", "crash", 1},
      Row{"writes-to-image", "tampered", "pass", 1}, Row{"deletes-image", "tampered", "pass", 1},
      Row{"touches-image", "pass", "pass", 0}, Row{"ignores-features", "pass", "wrong-accept", 1});
  CAPTURE(row.fault);
  const ToyCorpus corpus;
  const auto ran = run_on(corpus, {"run", "--read-cmd", fault(row.fault), "--timeout", "0.7"});
  CAPTURE(ran.output);
  CHECK(ran.status("accepted") == row.accepted);
  CHECK(ran.status("refused") == row.refused);
  CHECK(ran.exit == row.exit);
  CHECK(ran.summary["exit_status"] == row.exit);
}

TEST_CASE("a command without {out} gives its data on standard output") {
  const ToyCorpus corpus;
  const auto ran = run_on(corpus, {"run", "--read-cmd", fault("to-standard-output", "{image}")});
  CHECK(ran.exit == 0);
  CHECK(ran.status("accepted") == "pass");
}

TEST_CASE("a flood is stopped, and is over its limit however it then ends") {
  const ToyCorpus corpus;
  const auto name = GENERATE("flood", "flood-and-refuse");
  const auto ran = run_on(corpus, {"run", "--read-cmd", fault(name, "{image}")});
  CHECK(ran.exit == 1);
  CHECK(ran.status("accepted") == "resource");
  CHECK(ran.status("refused") == "resource");
}

TEST_CASE("a changed sibling is noticed") {
  ToyCorpus corpus;
  corpus.add({.id = "with-sibling", .guest = "case with a sibling", .more = {{"siblings", {{"base.raw", "beside"}}}}});
  const auto ran = run_on(corpus, {"run", "--read-cmd", fault("writes-to-sibling")});
  CHECK(ran.status("with-sibling") == "tampered");
  CHECK(ran.status("accepted") == "pass");
  CHECK(ran.exit == 1);
}

TEST_CASE("one that always answers unsupported is stopped by the canary") {
  const ToyCorpus corpus;
  const TempFolder folder;
  write_file(folder / "shy.json", Json{{"schema", 1},
                                       {"name", "shy"},
                                       {"features", {"deflate"}},
                                       {"operations",
                                        {{"read",
                                          {{"command", {fault("says-unsupported", ""), "{image}", "{out}"}},
                                           {"accept_exit", {0}},
                                           {"reject_exit", {1}},
                                           {"unsupported_exit", {3}}}}}}}
                                      .dump());
  const auto ran = run_on(corpus, {"run", "--impl", (folder / "shy.json").string()});
  CHECK(ran.status("accepted") == "not-run");
  CHECK(ran.exit == 4);
}

TEST_CASE("a program that is absent is not-run, and nothing is green") {
  const ToyCorpus corpus;
  const auto ran = run_on(corpus, {"run", "--read-cmd", "no-such-program {image} {out}"});
  CHECK(ran.status("accepted") == "not-run");
  CHECK(ran.exit == 3);
  CHECK(ran.output.find("there is no program no-such-program") != std::string::npos);
}

TEST_CASE("one implementation that is absent does not hide another") {
  const ToyCorpus corpus;
  const TempFolder folder;
  write_file(folder / "gone.json",
             R"({"schema": 1, "name": "gone", "features": [], "operations": {"read": {"command": ["no-such-program",
                 "{image}"], "accept_exit": [0], "reject_exit": [1]}}})");
  const auto ran =
      run_on(corpus, {"run", "--impl", (folder / "gone.json").string(), "--read-cmd", fault("zeros"), "--name", "z"});
  CHECK(ran.exit == 1);
  std::set<std::string> statuses;
  for (const auto& record : ran.records)
    statuses.insert(record["implementation"].get<std::string>() + " " + record["status"].get<std::string>());
  CHECK(statuses == std::set<std::string>{"gone not-run", "z wrong-data", "z pass"});
}

TEST_CASE("what was handed out where it should have been refused is told") {
  const ToyCorpus corpus;
  const auto ran = run_on(corpus, {"run", "--case", "refused", "--read-cmd", fault("accepts-refused")});
  REQUIRE(ran.records.size() == 1);
  CHECK(ran.records[0]["bytes"] == "image-file");
  CHECK(ran.records[0]["first_diff"]["offset"] == 0);
  CHECK(ran.records[0]["first_diff"]["got"].get<std::string>().starts_with("63617365"));  // "case"
  CHECK(ran.output.find("A toy is read as it is.") != std::string::npos);
}

TEST_CASE("wrong data are told with the first byte that differs") {
  const ToyCorpus corpus;
  const auto ran = run_on(corpus, {"run", "--case", "accepted", "--read-cmd", fault("zeros")});
  REQUIRE(ran.records.size() == 1);
  CHECK(ran.records[0]["bytes"] == "zeros");
  CHECK(ran.records[0]["first_diff"] ==
        Json{{"offset", 0}, {"expected", "63617365206163636570746564000000"}, {"got", std::string(32, '0')}});
  CHECK(ran.records[0]["observed_length"] == accepted_guest().size());
}

}  // namespace
}  // namespace conform::test
