// Broken implementations, each a small script, and what the runner makes of it: the fault bank's table.
#include <catch2/catch_test_macros.hpp>
#include <set>

#include "fixture.hpp"

namespace conform::test {
namespace {

/// Beside each other: two cases to be accepted, the second with a sibling, and one to be refused.
class FaultBank {
 public:
  FaultBank() {
    corpus_.add({.id = "also-accepted",
                 .guest = "case also accepted, with other bytes",
                 .more = {{"siblings", {{"base.raw", "beside"}}}}});
  }

  Ran run(const Json& row) const {
    std::vector<std::string> arguments{"run", "--timeout", row.value("timeout", "0.7")};
    const auto add = [&](const std::vector<std::string>& more) {
      arguments.insert(arguments.end(), more.begin(), more.end());
    };
    const TempFolder state;  // what a fault keeps from case to case
    add(plug(row, state));
    if (row.value("one_at_a_time", false)) add({"--jobs", "1"});
    add(row.value("options", std::vector<std::string>{}));
    return run_on(corpus_, arguments);
  }

 private:
  /// How the fault is plugged in. So far all are programs that are started for each operation.
  static std::vector<std::string> plug(const Json& row, const TempFolder& state) {
    const auto name = row.at("fault").get<std::string>();
    const auto arguments = row.value("arguments", "{image} {out} " + state.path().string());
    if (!row.contains("unsupported_exit")) return {"--read-cmd", fault(name, arguments)};
    const Json operation{{"command", {fault(name, ""), "{image}", "{out}"}},
                         {"accept_exit", {0}},
                         {"reject_exit", {1}},
                         {"unsupported_exit", row["unsupported_exit"]}};
    write_file(
        state / (name + ".json"),
        Json{{"schema", 1}, {"name", name}, {"features", {"deflate"}}, {"operations", {{"read", operation}}}}.dump());
    return {"--impl", (state / (name + ".json")).string()};
  }

  ToyCorpus corpus_;
};

Json table() { return load_json(fs::path(QCOW2_CONFORM_FAULTS) / "table.json").value(); }

TEST_CASE("each fault gets its status and its exit code", "[slow]") {
  const FaultBank bank;
  for (const auto& row : table()) {
    CAPTURE(row);
    const auto ran = bank.run(row);
    CAPTURE(ran.output);
    CHECK(ran.status("accepted") == row.at("accepted").get<std::string>());
    CHECK(ran.status("also-accepted") == row.at("also_accepted").get<std::string>());
    CHECK(ran.status("refused") == row.at("refused").get<std::string>());
    CHECK(ran.exit == row.at("exit").get<int>());
    CHECK(ran.summary["exit_status"] == row.at("exit").get<int>());
    CHECK(ran.records.size() == 3);
  }
}

TEST_CASE("the table has a row for each fault, and the faults are many") {
  std::set<std::string> listed, there;
  for (const auto& row : table()) listed.insert(row.at("fault"));
  for (const auto& entry : fs::directory_iterator(QCOW2_CONFORM_FAULTS))
    if (entry.is_regular_file() && entry.path().extension().empty()) there.insert(entry.path().filename());
  CHECK(listed == there);
  CHECK(listed.size() >= 25);
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

TEST_CASE("the bytes of the valid twin are an unnoticed flaw, and no wrong bytes") {
  const ToyCorpus corpus;
  const TempFolder elsewhere;  // the corpus is hidden from it
  const auto twin = (elsewhere / "twin").string();
  write_file(twin, accepted_guest());
  const auto reader = "sh -c 'if grep -q refused $1; then cp " + twin + " $2; else exec " + fault("honest", "$1 $2") +
                      "; fi' sh {image} {out}";
  const auto ran = run_on(corpus, {"run", "--case", "refused", "--read-cmd", reader});
  REQUIRE(ran.records.size() == 1);
  CHECK(ran.records[0]["status"] == "flaw-unnoticed");
  CHECK(ran.records[0]["bytes"] == "twin");
  CHECK(ran.records[0]["first_diff"].is_null());
  CHECK(ran.records[0]["detail"] == "returned the bytes of accepted, its valid twin; it missed: the magic");
  CHECK(ran.exit == 1);
  CHECK(ran.output.find("0/1f") != std::string::npos);
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
