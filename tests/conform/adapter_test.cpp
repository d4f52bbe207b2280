// Level 1: broken adapters, each a fault of faults/toy_adapter.py, and what the runner makes of it.
#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <chrono>
#include <thread>

#include "fixture.hpp"
#include "process/process.hpp"

namespace conform::test {
namespace {

std::string toy_adapter(const std::string& name) { return "python3 " + fault("toy_adapter.py", name); }

Ran run_adapter(const ToyCorpus& corpus, const std::string& name) {
  return run_on(corpus, {"run", "--adapter", toy_adapter(name), "--jobs", "1", "--timeout", "0.7"});
}

Ran check(const ToyCorpus& corpus, const std::string& command) { return run_on(corpus, {"adapter", "check", command}); }

struct Row {
  const char* fault;
  const char* accepted;  // the status of the case that is to be accepted
  const char* refused;   // and of the one that is to be refused
  int exit;
};

TEST_CASE("each fault of an adapter gets its status and its exit code", "[slow]") {
  const Row row = GENERATE(
      Row{"honest", "pass", "pass", 0}, Row{"zeros", "wrong-data", "pass", 1},
      Row{"no-output", "wrong-data", "wrong-accept", 1}, Row{"chatters", "pass", "pass", 0},
      Row{"child-left-behind", "pass", "pass", 0}, Row{"writes-to-image", "tampered", "tampered", 1},
      Row{"flood", "resource", "resource", 1}, Row{"silent", "timeout", "timeout", 1},
      Row{"silent-ignoring-sigterm", "timeout", "timeout", 1}, Row{"closes-its-output", "timeout", "timeout", 1},
      Row{"half-a-line", "timeout", "timeout", 1}, Row{"half-a-line-and-dies", "crash", "crash", 1},
      Row{"exits", "crash", "crash", 1}, Row{"crashes", "crash", "crash", 1},
      Row{"answers-and-dies", "pass", "crash", 1}, Row{"answers-twice", "harness-error", "harness-error", 4},
      Row{"no-number", "harness-error", "harness-error", 4},
      Row{"answers-the-request-before", "harness-error", "harness-error", 4},
      Row{"number-as-text", "harness-error", "harness-error", 4}, Row{"not-json", "harness-error", "harness-error", 4},
      Row{"no-object", "harness-error", "harness-error", 4}, Row{"half-a-message", "harness-error", "harness-error", 4},
      Row{"oversized-line", "harness-error", "harness-error", 4},
      Row{"endless-line", "harness-error", "harness-error", 4},
      Row{"unknown-answer", "harness-error", "harness-error", 4},
      Row{"unknown-key", "harness-error", "harness-error", 4});
  CAPTURE(row.fault);
  const ToyCorpus corpus;
  const auto ran = run_adapter(corpus, row.fault);
  CAPTURE(ran.output);
  CHECK(ran.status("accepted") == row.accepted);
  CHECK(ran.status("refused") == row.refused);
  CHECK(ran.exit == row.exit);
}

TEST_CASE("an adapter that does not come up is our failure, not a verdict") {
  const auto [name, told] = GENERATE(table<const char*, const char*>({{"dies-at-once", "exit status 5"},
                                                                      {"other-protocol", "it speaks protocol"},
                                                                      {"no-name", "no answer to hello"},
                                                                      {"speaks-first", "no JSON: \"welcome\""}}));
  const ToyCorpus corpus;
  const auto ran = run_adapter(corpus, name);
  CHECK(ran.exit == 4);
  CHECK(ran.records.empty());
  CAPTURE(ran.output);
  CHECK(ran.output.find(told) != std::string::npos);
}

TEST_CASE("a second answer that comes late is met by the next request, which is not answered by it") {
  ToyCorpus corpus;
  corpus.add({.id = "another", .guest = "case another"});
  const auto ran = run_adapter(corpus, "answers-again-later");
  std::size_t errors = 0;
  for (const auto& record : ran.records) {
    CHECK((record["status"] == "pass" || record["status"] == "harness-error"));
    if (record["status"] == "harness-error") {
      ++errors;
      CHECK(record["detail"].get<std::string>().find("broke the protocol") != std::string::npos);
    }
  }
  CHECK(errors > 0);
  CHECK(ran.exit == 4);
}

TEST_CASE("a dead adapter is started anew, and the run goes on") {
  ToyCorpus corpus;
  for (const char* id : {"a", "b", "c", "d"}) corpus.add({.id = id, .guest = std::string("case ") + id});
  const auto ran = run_adapter(corpus, "dies-after-2");
  std::map<std::string, int> count;
  for (const auto& record : ran.records) ++count[record["status"]];
  CHECK(count == std::map<std::string, int>{{"pass", 4}, {"crash", 2}});  // the third and the sixth
}

TEST_CASE("an adapter lives from case to case, and one a job") {
  ToyCorpus corpus;
  for (const char* id : {"a", "b", "c", "d"}) corpus.add({.id = id, .guest = std::string("case ") + id});
  const auto ran = run_on(corpus, {"run", "--adapter", toy_adapter("dies-after-100"), "--jobs", "2", "--timeout", "5"});
  CHECK(ran.exit == 0);
  CHECK(ran.records.size() == 6);
}

TEST_CASE("what an adapter says is evidence") {
  const ToyCorpus corpus;
  const auto ran = run_adapter(corpus, "honest");
  for (const auto& record : ran.records)
    if (record["case"] == "refused") CHECK(record["messages"] == "no toy");
}

TEST_CASE("adapter check says what is wrong", "[slow]") {
  const ToyCorpus corpus;
  SECTION("nothing") {
    const auto ran = check(corpus, toy_adapter("honest"));
    CAPTURE(ran.output);
    CHECK(ran.exit == 0);
    CHECK(ran.output.find("wrong") == std::string::npos);
    CHECK(ran.output.find("hello: toy 1 speaks protocol 1: read\n") != std::string::npos);
  }
  SECTION("something") {
    const auto [command, told] = GENERATE(table<std::string, const char*>(
        {{toy_adapter("other-protocol"), "hello: it speaks protocol \"2\", not protocol 1"},
         {toy_adapter("dies-at-once"), "hello: it ended with exit status 5 before it answered"},
         {toy_adapter("never-ends"), "it answers bye and ends"},
         {toy_adapter("bye-with-status"), "exit status 1"},
         {"cat", "hello: no answer to hello"},
         {"no-such-program", "no-such-program: No such file"}}));
    const auto ran = check(corpus, command);
    CAPTURE(ran.output);
    CHECK(ran.exit == 4);
    CHECK(ran.output.find("wrong") != std::string::npos);
    CHECK(ran.output.find(told) != std::string::npos);
  }
  SECTION("a command that cannot be one") { CHECK(check(corpus, "a 'b").exit == 2); }
}

TEST_CASE("nothing of an adapter is left when the run is over", "[slow]") {
  const ToyCorpus corpus;
  const auto name = GENERATE("child-left-behind", "never-ends", "silent-ignoring-sigterm");
  run_adapter(corpus, name);
  // Not pgrep itself: in a process name space of its own it does not know itself in a /proc from outside. Another test
  // may have one of that name up at this moment, which then ends: ours would stay.
  const auto left = [&] {
    return run_process({{"pgrep", "-f", "[t]oy_adapter.py " + std::string(name)}, std::nullopt, {}}).exit != 1;
  };
  for (int tries = 0; left() && tries < 100; ++tries) std::this_thread::sleep_for(std::chrono::milliseconds(100));
  CHECK_FALSE(left());
}

}  // namespace
}  // namespace conform::test
