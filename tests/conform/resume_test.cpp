// An interrupted run goes on where it stopped, or says why it cannot.
#include "results/resume.hpp"

#include <catch2/catch_test_macros.hpp>
#include <csignal>

#include "fixture.hpp"
#include "process/process.hpp"
#include "results/results_writer.hpp"

namespace conform::test {
namespace {

Record record(const std::string& id, std::size_t index = 0, const std::string& group = "") {
  Record made;
  made.case_id = id;
  made.index = index;
  made.implementation = "some";
  made.choice_group = group;
  made.status = Status::pass;
  made.expect = {{"verdict", "accept"}};
  return made;
}

TEST_CASE("records are kept up to the first case or choice group that is not whole") {
  const std::vector selected{record("a"), record("a", 1), record("b", 0, "g"), record("c", 0, "g"), record("d")};
  CHECK(records_to_keep({}, selected) == 0);
  CHECK(records_to_keep({record("d"), record("a"), record("a", 1)}, selected) == 3);
  CHECK(records_to_keep({record("d"), record("a")}, selected) == 1);
  CHECK(records_to_keep({record("d"), record("b", 0, "g")}, selected) == 1);
  CHECK(records_to_keep({record("b", 0, "g"), record("d"), record("c", 0, "g")}, selected) == 3);
}

Header header() {
  return {"suite", "corpus", {{"some", "1.0", {"deflate"}, "", "", {}}}, {"run"}, {}, {}, "selection", {}, ""};
}

TEST_CASE("what would be judged otherwise is not continued") {
  const auto why = [](auto change) {
    auto now = header();
    change(now);
    return why_not_resumable(header(), now);
  };
  CHECK(why([](Header&) {}).empty());
  CHECK(why([](Header& now) { now.argv.push_back("--resume"); }).empty());
  CHECK(!why([](Header& now) { now.argv.push_back("--level"); }).empty());
  CHECK(!why([](Header& now) { now.suite = "other"; }).empty());
  CHECK(!why([](Header& now) { now.corpus_digest = "other"; }).empty());
  CHECK(!why([](Header& now) { now.selection = "other"; }).empty());
  CHECK(!why([](Header& now) { now.known = "other"; }).empty());
  CHECK(!why([](Header& now) { now.implementations.clear(); }).empty());
  CHECK(!why([](Header& now) { now.implementations[0].name = "other"; }).empty());
  CHECK(why([](Header& now) { now.implementations[0].version = "1.1"; }) == "some was 1.0 and is 1.1");
  CHECK(!why([](Header& now) { now.implementations[0].features.clear(); }).empty());
  CHECK(!why([](Header& now) { now.implementations[0].absent = "gone"; }).empty());
  CHECK(!why([](Header& now) { now.implementations[0].canary = "wrong"; }).empty());
}

TEST_CASE("half a line at the end is left out, and written over") {
  const TempFolder folder;
  const auto file = folder / "r";
  {
    auto writer = ResultsWriter::create(file).value();
    REQUIRE(writer.write(header()));
    REQUIRE(writer.write(record("a")));
  }
  const auto whole = read_file(file);
  write_file(file, whole + R"({"type": "operation", "ca)");
  {
    auto writer = ResultsWriter::open(file).value();
    const auto unfinished = load_unfinished(file).value();
    CHECK(unfinished.results.records.size() == 1);
    CHECK(!unfinished.finished);
    REQUIRE(writer.keep(unfinished, 1));
    CHECK(read_file(file) == whole);
    REQUIRE(writer.write(record("b")));
    REQUIRE(writer.finish());
  }
  CHECK(load_results(file).value().records.size() == 2);
  write_file(file, whole + "{}\n");
  CHECK(!load_unfinished(file));  // damaged, not cut off
}

/// Honest, but hangs at the case "refused" until there is a file "go"; writes down whom it is asked about.
std::string waiting_reader(const TempFolder& folder) {
  return "sh -c '. " + fault("toy.sh", "") + "; echo >>" + (folder / "log").string() +
         "; if ! is_toy && [ \"$(tail -c +4097 \"$image\" | head -c 4)\" = case ]; then while ! [ -e " +
         (folder / "go").string() + " ]; do sleep 0.05; done; fi; read_honestly' sh {image} {out}";
}

TEST_CASE("an interrupted run is continued, and what was done is not done again") {
  const ToyCorpus corpus;
  const TempFolder folder;
  const auto out = (folder / "out").string();
  const std::vector<std::string> arguments{
      "run", "--read-cmd", waiting_reader(folder), "--jobs", "1", "--corpus", corpus.path().string(), "--out", out};
  const std::string interrupt =
      "import os, signal, subprocess, sys, time\n"
      "run = subprocess.Popen(sys.argv[2:])\n"
      "while not (os.path.exists(sys.argv[1]) and 'accepted' in open(sys.argv[1]).read()): time.sleep(0.05)\n"
      "run.send_signal(signal.SIGINT)\n"
      "sys.exit(0 if run.wait() == -signal.SIGINT else 1)";
  std::vector<std::string> argv{"python3", "-c", interrupt, out + "/results.jsonl", QCOW2_CONFORM_PROGRAM};
  argv.insert(argv.end(), arguments.begin(), arguments.end());
  const auto interrupted = run_process({argv, std::nullopt, {}});
  CAPTURE(interrupted.messages);
  REQUIRE(interrupted.exit == 0);
  CHECK(interrupted.messages.find("--resume") != std::string::npos);

  const auto resume = [&](std::vector<std::string> more) {
    std::vector<std::string> again{QCOW2_CONFORM_PROGRAM};
    again.insert(again.end(), arguments.begin(), arguments.end());
    again.push_back("--resume");
    again.insert(again.end(), more.begin(), more.end());
    return run_process({again, std::nullopt, {}});
  };
  const auto before = read_file(out + "/results.jsonl");
  CHECK(resume({"--level", "must"}).exit == 2);
  CHECK(read_file(out + "/results.jsonl") == before);

  write_file(folder / "go", "");
  write_file(folder / "log", "");
  const auto resumed = resume({});
  CAPTURE(resumed.messages);
  CHECK(resumed.exit == 0);
  CHECK(read_file(folder / "log").size() == 5 + 1);  // five canaries, and one case
  CHECK(load_results(out + "/results.jsonl").value().records.size() == 2);
  CHECK(read_file(out + "/results.jsonl").starts_with(before));
  CHECK(resume({}).exit == 0);  // nothing is left to do
  CHECK(load_results(out + "/results.jsonl").value().records.size() == 2);
}

TEST_CASE("without anything to resume, --resume is a run") {
  const ToyCorpus corpus;
  const auto ran = run_on(corpus, {"run", "--read-cmd", fault("honest"), "--resume"});
  CHECK(ran.exit == 0);
  CHECK(ran.records.size() == 2);
}

TEST_CASE("a full disk is told, is exit 4, loses no earlier line, and the run can be continued") {
  ToyCorpus corpus;
  for (int i = 0; i < 60; ++i) corpus.add({.id = "many-" + std::to_string(i), .guest = "case"});
  const TempFolder folder;
  const auto out = (folder / "out").string();
  const std::string program = std::string("exec ") + QCOW2_CONFORM_PROGRAM + " run --case 'many-*' --read-cmd '" +
                              fault("honest") + "' --corpus " + corpus.path().string() + " --out " + out;
  const auto full = run_process({{"sh", "-c", "ulimit -f 40; " + program}, std::nullopt, {}});  // 20 KiB
  CAPTURE(full.messages);
  CHECK(full.exit == 4);
  CHECK(full.messages.find("results.jsonl: File too large") != std::string::npos);
  CHECK(!fs::exists(out + "/summary.json"));
  const auto left = load_unfinished(out + "/results.jsonl").value();
  CHECK(left.results.records.size() > 5);
  CHECK(left.ends.back() == fs::file_size(out + "/results.jsonl"));  // and no half line
  const auto resumed = run_process({{"sh", "-c", program + " --resume"}, std::nullopt, {}});
  CAPTURE(resumed.messages);
  CHECK(resumed.exit == 0);
  CHECK(load_results(out + "/results.jsonl").value().records.size() == 60);
}

}  // namespace
}  // namespace conform::test
