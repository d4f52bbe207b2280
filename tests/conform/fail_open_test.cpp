// The ways in which shipping suites have been seen to pass by accident, each tried on this runner. (What is listed as a
// known failure and passes is in known_test.cpp, what stands in a results file in results_test.cpp.)
#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <csignal>
#include <thread>

#include "fixture.hpp"
#include "process/process.hpp"
#include "results/results.hpp"

namespace conform::test {
namespace {

std::vector<std::string> read_with(const std::string& which, const std::vector<std::string>& more = {}) {
  std::vector<std::string> arguments{"run", "--read-cmd", fault(which)};
  arguments.insert(arguments.end(), more.begin(), more.end());
  return arguments;
}

Json counts(const Ran& ran) { return ran.summary.at("implementations").at(0).at("counts"); }

TEST_CASE("256 failures are exit 1, not 0", "[slow]") {
  ToyCorpus corpus;
  for (int i = 0; i < 256; ++i) corpus.add({.id = "many-" + std::to_string(i), .guest = "case"});
  const auto ran = run_on(corpus, read_with("refuses-cases", {"--case", "many-*"}));
  CHECK(ran.exit == 1);
  CHECK(counts(ran)["wrong-reject"] == 256);
}

TEST_CASE("a filter that matches nothing is an error, also beside one that matches") {
  const ToyCorpus corpus;
  using Words = std::vector<std::string>;
  const auto filters = GENERATE(Words{"--case", "no-such-case"}, Words{"--case", "other/*"},
                                Words{"--case", "accepted", "--case", "acepted"}, Words{"--clause", "rule-no"},
                                Words{"--clause", "rule-open"}, Words{"--case", "accepted", "--clause", "rule-open"});
  CAPTURE(filters);
  const auto ran = run_on(corpus, read_with("honest", filters));
  CHECK(ran.exit == 2);
  CHECK(ran.summary.is_null());
}

TEST_CASE("a result that is missing is never green") {
  const ToyCorpus corpus;
  const auto ran = run_on(corpus, {"run", "--check-cmd", "sh -c '. " + fault("toy.sh", "") + "; is_toy' sh {image}"});
  CHECK(ran.exit == 3);  // no case asks for a check
  CHECK(counts(ran)["not-run"] == 2);
  CHECK(counts(ran)["pass"] == 0);
  CHECK(ran.summary["implementations"][0]["must"]["pass"] == 0);
}

TEST_CASE("an oracle that is absent is told and counted, and nothing is green") {
  const ToyCorpus corpus;
  const TempFolder folder;
  const auto report =
      run_process({{"env", "PATH=" + (folder / "empty").string(), QCOW2_CONFORM_PROGRAM, "run", "--impl", "qemu-img",
                    "--corpus", corpus.path().string(), "--out", (folder / "out").string()},
                   std::nullopt,
                   {}});
  CHECK(report.exit == 3);
  CHECK(report.messages.find("there is no program qemu-img") != std::string::npos);
  const auto summary = load_json(folder / "out/summary.json").value();
  CHECK(summary["implementations"][0]["counts"]["not-run"] == 2);
  CHECK(summary["implementations"][0]["absent"] == "there is no program qemu-img");
}

TEST_CASE("what is said on standard error decides nothing") {
  const ToyCorpus corpus;
  CHECK(run_on(corpus, read_with("warns")).exit == 0);
  const std::string quiet = "sh -c '. " + fault("toy.sh", "") + "; is_case && exit 0; read_honestly' sh {image} {out}";
  CHECK(run_on(corpus, {"run", "--read-cmd", quiet}).exit == 1);
}

TEST_CASE("only an exit status that is listed is a refusal") {
  const ToyCorpus corpus;
  for (const char* which : {"exit-101", "exit-126", "exit-127", "exit-255", "crash"}) {
    const auto ran = run_on(corpus, read_with(which, {"--case", "refused"}));
    CHECK(ran.status("refused") == "crash");
    CHECK(ran.exit == 1);
  }
  CHECK(run_on(corpus, read_with("exit-101", {"--case", "refused", "--reject-exit", "1,101"})).exit == 0);
}

TEST_CASE("a guest disk that is missing is no pass and no not-run") {
  const ToyCorpus corpus;
  fs::remove(corpus.path() / "guest/accepted.raw");
  const auto ran = run_on(corpus, read_with("honest"));
  CHECK(ran.exit == 5);
  CHECK(ran.status("accepted") == "harness-error");
}

TEST_CASE("unsupported is counted as what it is") {
  ToyCorpus corpus;
  corpus.add({.id = "zstd", .guest = "case zstd", .more = {{"features", {"zstd"}}}});
  const TempFolder folder;
  const Json read{
      {"command", {fault("refuses-cases", ""), "{image}", "{out}"}}, {"accept_exit", {0}}, {"reject_exit", {1}}};
  write_file(folder / "old.json",
             Json{{"schema", 1}, {"name", "old"}, {"features", {"deflate"}}, {"operations", {{"read", read}}}}.dump());
  const auto ran = run_on(corpus, {"run", "--impl", (folder / "old.json").string(), "--case", "zstd"});
  CHECK(counts(ran)["unsupported"] == 1);
  CHECK(counts(ran)["pass"] == 0);
  CHECK(ran.summary["implementations"][0]["must"]["pass"] == 0);

  const auto by_options = [&](const std::string& features) {
    return run_on(corpus, read_with("refuses-cases", {"--case", "zstd", "--features", features})).status("zstd");
  };
  CHECK(by_options("deflate,v2") == "unsupported");
  CHECK(by_options("deflate,zstd") == "wrong-reject");
}

TEST_CASE("right bytes of another length are wrong") {
  const ToyCorpus corpus;
  for (const char* which : {"one-byte-short", "one-byte-long", "empty-output"})
    CHECK(run_on(corpus, read_with(which, {"--case", "accepted"})).status("accepted") == "wrong-data");
}

TEST_CASE("nothing of an earlier run is left, however the later one ends") {
  const ToyCorpus corpus;
  const TempFolder folder;
  const auto out = (folder / "out").string();
  REQUIRE(run_on(corpus, read_with("honest", {"--out", out})).exit == 0);
  const auto ran = run_on(corpus, read_with("zeros", {"--out", out, "--case", "accepted"}));
  CHECK(ran.records.size() == 1);
  CHECK(ran.summary["exit_status"] == 1);
}

TEST_CASE("a run that dies leaves no result") {
  const ToyCorpus corpus;
  const TempFolder folder;
  const auto out = folder / "out";
  REQUIRE(run_on(corpus, read_with("honest", {"--out", out.string()})).exit == 0);
  const std::string kill_it =
      "import subprocess, sys, time\n"
      "run = subprocess.Popen(sys.argv[1:])\n"
      "time.sleep(1)\n"
      "run.kill()\n"
      "sys.exit(0 if run.wait() == -9 else 1)";
  const auto report = run_process({{"python3", "-c", kill_it, QCOW2_CONFORM_PROGRAM, "run", "--corpus",
                                    corpus.path().string(), "--out", out.string(), "--read-cmd", fault("hang")},
                                   std::nullopt,
                                   {}});
  REQUIRE(report.exit == 0);
  CHECK(!load_results(out / "results.jsonl"));
  CHECK(!fs::exists(out / "summary.json"));
  const auto update = run_on(corpus, {"known", "update", "--known", (folder / "known.json").string(), out.string()});
  CHECK(update.exit == 2);
  CHECK(update.output.find("no footer") != std::string::npos);
}

}  // namespace
}  // namespace conform::test
