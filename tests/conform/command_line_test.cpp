// qcow2-conform as it is called: what is wrong with a call is told in one line before anything runs.
#include <fcntl.h>
#include <sys/file.h>

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <csignal>
#include <thread>

#include "base/open_file.hpp"
#include "fixture.hpp"
#include "process/process.hpp"

namespace conform::test {
namespace {

std::vector<std::string> honest_with(std::vector<std::string> more) {
  std::vector<std::string> arguments{"run", "--read-cmd", fault("honest")};
  arguments.insert(arguments.end(), more.begin(), more.end());
  return arguments;
}

bool one_line(const std::string& text) { return !text.empty() && text.find('\n') == text.size() - 1; }

TEST_CASE("a call that cannot be meant is an error of use in one line, and nothing runs") {
  const ToyCorpus corpus;
  const auto arguments = GENERATE(
      honest_with({"--case", "no-such-case"}), honest_with({"--case", "accepted", "--case", "typo*"}),
      honest_with({"--clause", "no-such-clause"}), honest_with({"--case", "accepted", "--clause", "rule-open"}),
      honest_with({"--level", "most"}), honest_with({"--impl", "no-such-implementation"}),
      honest_with({"--impl", "./no-such-file.json"}), honest_with({"--jobs", "0"}), honest_with({"--timeout", "-1"}),
      honest_with({"--features", "deflat"}), honest_with({"--reject-exit", "0"}), honest_with({"--reject-exit", "256"}),
      honest_with({"--no-such-option"}), honest_with({"--name", "model", "--impl", "model"}),
      std::vector<std::string>{"run", "--read-cmd", "cat {out}"},
      std::vector<std::string>{"run", "--read-cmd", "cat {image} > {out}"},
      std::vector<std::string>{"run", "--read-cmd", "cat {imgae} {image}"},
      std::vector<std::string>{"run", "--read-cmd", "cat '{image}"}, std::vector<std::string>{"run", "--read-cmd", ""},
      std::vector<std::string>{"run", "--range-cmd", "cat {image} {offset}"},
      std::vector<std::string>{"run", "--check-cmd", "cat {image} {out}"}, std::vector<std::string>{"walk"},
      std::vector<std::string>{"show", "no-such-case"}, std::vector<std::string>{"list", "--case", "no-such-case"});
  CAPTURE(arguments);
  const auto ran = run_on(corpus, arguments);
  CAPTURE(ran.output);
  CHECK(ran.exit == 2);
  CHECK(one_line(ran.output));
  CHECK(ran.records.empty());
}

TEST_CASE("a corpus that cannot be used is an error of use in one line") {
  ToyCorpus corpus;
  const auto break_it = GENERATE(0, 1, 2, 3, 4, 5, 6);
  const auto file = corpus.path() / "cases/toys/accepted.json";
  auto document = load_json(file).value();
  if (break_it == 0) document.erase("why");                                     // the schema wants it
  if (break_it == 1) document["id"] = "other";                                  // not its file's name
  if (break_it == 2) document["clauses"] = {"no-such-clause"};                  //
  if (break_it == 3) document["operations"][0]["op"] = "meditate";              //
  if (break_it == 4) document["operations"][0]["expect"]["verdict"] = "clean";  // read does not answer so
  write_file(file, break_it == 5 ? "{" : document.dump());
  if (break_it == 6) fs::remove(corpus.path() / "lock.json");
  const auto ran = run_on(corpus, honest_with({}));
  CAPTURE(break_it, ran.output);
  CHECK(ran.exit == 2);
  CHECK(one_line(ran.output));
}

TEST_CASE("filters choose by id, family, clause and level") {
  ToyCorpus corpus;
  corpus.add({.id = "pretty", .guest = "case pretty", .clauses = {"rule-should"}, .family = "others"});
  corpus.add({.id = "open", .guest = "case open", .clauses = {"rule-open", "rule-should"}, .family = "others"});
  corpus.add({.id = "gone", .guest = "case gone", .more = {{"status", "withdrawn"}, {"reason", "it was wrong"}}});
  const auto count = [&](const std::vector<std::string>& more) {
    return run_on(corpus, honest_with(more)).records.size();
  };
  CHECK(count({}) == 4);
  CHECK(count({"--case", "acc*"}) == 1);
  CHECK(count({"--case", "others/*"}) == 2);
  CHECK(count({"--case", "others/*", "--case", "accepted"}) == 3);
  CHECK(count({"--clause", "rule-should"}) == 2);
  CHECK(count({"--level", "must"}) == 2);
  CHECK(count({"--level", "should"}) == 4);
  CHECK(run_on(corpus, honest_with({"--case", "gone"})).exit == 2);
}

TEST_CASE("an image that is not the lock's is exit 5, and no verdict on the implementation") {
  ToyCorpus corpus;
  const auto which = GENERATE("images/accepted/accepted.qcow2", "guest/accepted.raw");
  write_file(corpus.path() / which, read_file(corpus.path() / which) + "x");
  const auto ran = run_on(corpus, honest_with({}));
  CHECK(ran.exit == 5);
  CHECK(ran.status("accepted") == "harness-error");
  CHECK(ran.status("refused") == "pass");
  CHECK(run_on(corpus, {"corpus", "verify"}).exit == 5);
}

TEST_CASE("a case that the lock does not know is exit 5") {
  ToyCorpus corpus;
  corpus.lock()["cases"].erase("accepted");
  corpus.write_lock();
  const auto ran = run_on(corpus, honest_with({}));
  CHECK(ran.exit == 5);
  CHECK(ran.status("accepted") == "harness-error");
}

TEST_CASE("a feature that is not claimed makes a refusal unsupported, and right data pass") {
  ToyCorpus corpus;
  corpus.add({.id = "zstd", .guest = "case zstd", .more = {{"features", {"zstd"}}}});
  const TempFolder folder;
  const auto claims = GENERATE(Json::array({"deflate"}), Json::array({"deflate", "zstd"}));
  const auto reader = GENERATE("honest", "refuses-cases");
  write_file(
      folder / "reader.json",
      Json{{"schema", 1},
           {"name", "reader"},
           {"features", claims},
           {"operations",
            {{"read",
              {{"command", {fault(reader, ""), "{image}", "{out}"}}, {"accept_exit", {0}}, {"reject_exit", {1}}}}}}}
          .dump());
  const auto ran = run_on(corpus, {"run", "--impl", (folder / "reader.json").string(), "--case", "zstd"});
  const bool refuses = std::string(reader) == "refuses-cases";
  CHECK(ran.status("zstd") == (!refuses ? "pass" : claims.size() == 1 ? "unsupported" : "wrong-reject"));
}

TEST_CASE("a case that the work folder cannot hold is not-run, with its reason") {
  ToyCorpus corpus;
  corpus.add({.id = "vast", .guest = "case vast", .more = {{"requires", {{"max_file_size", "0xffffffffffffffff"}}}}});
  const auto ran = run_on(corpus, honest_with({"--case", "vast"}));
  CHECK(ran.status("vast") == "not-run");
  CHECK(ran.records.at(0)["detail"].get<std::string>().find("0xffffffffffffffff") != std::string::npos);
  CHECK(ran.exit == 3);
  CHECK(run_on(corpus, {"doctor"}).output.find("not-run  vast") != std::string::npos);
}

/// A file in the form that the corpus has for those that its file system cannot hold, without any data.
std::string packed(std::uint64_t length) {
  std::string bytes;
  for (int byte = 0; byte < 8; ++byte) bytes += static_cast<char>(length >> 8 * byte);
  return bytes;
}

TEST_CASE("a case whose image no file system can hold is not-run, with its reason, and is no mismatch") {
  ToyCorpus corpus;
  const auto image = corpus.path() / "images" / "accepted" / "accepted.qcow2";
  std::filesystem::remove(image);
  CHECK(run_on(corpus, {"corpus", "verify"}).exit == 5);
  write_file(image.string() + ".packed", packed(UINT64_MAX));
  const auto ran = run_on(corpus, honest_with({}));
  CHECK(ran.status("accepted") == "not-run");
  CHECK(ran.records.at(0)["detail"].get<std::string>().find("accepted.qcow2 is packed") != std::string::npos);
  const TempFolder folder;
  const auto to = (folder / "copy").string();
  CHECK(run_on(corpus, {"corpus", "export", to}).exit == 0);
  const auto verified = run_on(corpus, {"corpus", "verify", to});
  CHECK(verified.exit == 0);
  CHECK(verified.output.find("accepted: no image: accepted.qcow2 is packed") != std::string::npos);
}

TEST_CASE("an image that stands packed in the corpus is unpacked when it is used") {
  ToyCorpus corpus;
  const auto image = corpus.path() / "images" / "accepted" / "accepted.qcow2";
  std::string bytes = test::read_file(image);
  std::filesystem::remove(image);
  write_file(image.string() + ".packed", packed(bytes.size()) + packed(0) + packed(bytes.size()) + bytes);
  CHECK(run_on(corpus, {"corpus", "verify"}).exit == 0);
  CHECK(run_on(corpus, honest_with({})).status("accepted") == "pass");
  const TempFolder folder;
  CHECK(run_on(corpus, {"corpus", "export", (folder / "copy").string()}).exit == 0);
  CHECK(test::read_file(folder / "copy/images/accepted/accepted.qcow2") == bytes);
}

TEST_CASE("an operation that an implementation does not have is not-run") {
  ToyCorpus corpus;
  corpus.add({.id = "both",
              .guest = "case both",
              .operations = {{{"op", "read"}, {"expect", {{"verdict", "accept"}}}},
                             {{"op", "check"}, {"expect", {{"verdict", "clean"}}}}}});
  const auto ran = run_on(corpus, honest_with({"--case", "both"}));
  REQUIRE(ran.records.size() == 2);
  CHECK(ran.records[0]["status"] == "pass");
  CHECK(ran.records[1]["status"] == "not-run");
  CHECK(ran.summary["implementations"][0]["counts"]["not-run"] == 1);
}

TEST_CASE("ranges are compared with their part of the disk") {
  ToyCorpus corpus;
  const auto range = [](std::uint64_t offset, const Json& length, const char* verdict) {
    return Json{{"op", "read-range"}, {"offset", offset}, {"length", length}, {"expect", {{"verdict", verdict}}}};
  };
  corpus.add({.id = "ranges",
              .guest = "case 0123456789",
              .operations = {range(5, 4, "accept"), range(0, "0xf", "accept"), range(15, 0, "accept"),
                             range(9, "0x20", "reject")}});
  const std::string right =
      "sh -c '. " + fault("toy.sh", "") +
      "; is_toy && [ $(($3 + $4)) -le $(($(read_disk | wc -c))) ] || exit 1; "
      "read_disk | tail -c +$(($3 + 1)) | head -c $4 >\"$out\"' sh {image} {out} {offset} {length}";
  const auto ran = run_on(corpus, {"run", "--case", "ranges", "--range-cmd", right});
  CAPTURE(ran.output);
  CHECK(ran.exit == 0);
  REQUIRE(ran.records.size() == 4);
  for (const auto& record : ran.records) CHECK(record["status"] == "pass");
}

TEST_CASE("checkers are judged by their exit status") {
  ToyCorpus corpus;
  const auto check = [](const char* verdict) {
    return Json::array({{{"op", "check"}, {"expect", {{"verdict", verdict}}}}});
  };
  corpus.add({.id = "a", .guest = "case", .operations = check("clean")});
  corpus.add({.id = "b", .guest = "case", .operations = check("corrupt")});
  const std::string checker =
      "sh -c '. " + fault("toy.sh", "") + "; is_toy || exit 1; is_case && exit $2; exit 0' sh {image} ";
  const std::vector<std::string> both{"--case", "a", "--case", "b"};
  const auto run_checker = [&](const char* exit) {
    return run_on(corpus, {"run", "--check-cmd", checker + exit, "--case", "a", "--case", "b"});
  };
  CHECK(run_checker("0").status("a") == "pass");
  CHECK(run_checker("0").status("b") == "flaw-unnoticed");
  CHECK(run_checker("2").status("a") == "wrong-reject");
  CHECK(run_checker("2").status("b") == "pass");
  CHECK(run_checker("3").status("b") == "flaw-unnoticed");
  CHECK(run_checker("1").status("b") == "wrong-reject");
  CHECK(run_on(corpus, {"run", "--check-cmd", "sh -c true {image}"}).exit == 4);
}

TEST_CASE("an operation that says the same to all canaries stops, and the others go on") {
  ToyCorpus corpus;
  corpus.add({.id = "checked", .guest = "case", .operations = {{{"op", "check"}, {"expect", {{"verdict", "clean"}}}}}});
  const auto ran = run_on(corpus, {"run", "--read-cmd", fault("honest"), "--check-cmd", "sh -c true {image}"});
  CHECK(ran.exit == 4);
  CHECK(ran.status("accepted") == "pass");
  CHECK(ran.status("refused") == "pass");
  CHECK(ran.status("checked") == "not-run");
  CHECK(unwrapped(ran.output)
            .find("stopped: check: it answers clean to all canaries, even to a file with a wrong magic") !=
        std::string::npos);
}

TEST_CASE("an exported corpus is the corpus") {
  ToyCorpus corpus;
  const TempFolder folder;
  const auto to = (folder / "copy").string();
  CHECK(run_on(corpus, {"corpus", "export", to}).exit == 0);
  CHECK(run_on(corpus, {"corpus", "verify", to}).exit == 0);
  CHECK(run_on(corpus, {"corpus", "export", to}).exit == 2);  // it is not empty
  write_file(to + "/images/refused/refused.qcow2", "other");
  CHECK(run_on(corpus, {"corpus", "verify", to}).exit == 5);
}

TEST_CASE("a quick run takes the cases that the corpus names, and an unknown one is an error") {
  const ToyCorpus corpus;
  const auto ran = run_on(corpus, {"run", "--quick", "--read-cmd", fault("honest")});
  CHECK(ran.exit == 0);
  REQUIRE(ran.records.size() == 1);
  CHECK(ran.records[0].at("case") == "refused");
  CHECK(run_on(corpus, {"run", "--quick", "--case", "accepted", "--read-cmd", fault("honest")}).exit == 2);
  write_file(corpus.path() / "quick.json", R"({"schema": 1, "cases": ["refused", "gone"]})");
  const auto stale = run_on(corpus, {"run", "--quick", "--read-cmd", fault("honest")});
  CHECK(stale.exit == 2);
  CHECK(stale.output.find("there is no case gone") != std::string::npos);
}

TEST_CASE("list, show and clauses tell what there is") {
  const ToyCorpus corpus;
  const auto listed = run_on(corpus, {"list"});
  CHECK(listed.exit == 0);
  CHECK(listed.output.find("toys/refused") != std::string::npos);
  const auto shown = run_on(corpus, {"show", "refused"});
  CHECK(shown.exit == 0);
  CHECK(shown.output.find("A toy is read as it is.") != std::string::npos);
  const auto clauses = run_on(corpus, {"clauses", "--json"});
  CHECK(Json::parse(clauses.output)[0]["cases"] == Json{"accepted", "refused"});
}

TEST_CASE("a results folder takes one run at a time") {
  const ToyCorpus corpus;
  const TempFolder folder;
  const auto in_folder = honest_with({"--out", folder.path().string()});
  CHECK(run_on(corpus, in_folder).exit == 0);
  const auto before = read_file(folder / "summary.json");
  {
    const FileDescriptor other(::open((folder / "results.jsonl").c_str(), O_RDWR));
    REQUIRE(::flock(other.get(), LOCK_EX) == 0);  // as a run holds it
    const auto second = run_on(corpus, in_folder);
    CAPTURE(second.output);
    CHECK(second.exit == 2);
    CHECK(one_line(second.output));
    CHECK(second.output.find("another run") != std::string::npos);
    CHECK(second.records.size() == 2);
    CHECK(read_file(folder / "summary.json") == before);
  }
  CHECK(run_on(corpus, in_folder).exit == 0);
}

TEST_CASE("an interrupted run leaves lines without a footer, no program and no folder") {
  const ToyCorpus corpus;
  const TempFolder folder;
  const auto begin = std::chrono::steady_clock::now();
  const std::string script =
      "import signal, subprocess, sys, time\n"
      "run = subprocess.Popen(sys.argv[1:])\n"
      "time.sleep(1)\n"
      "run.send_signal(signal.SIGINT)\n"
      "sys.exit(0 if run.wait() == -signal.SIGINT else 1)";
  ProcessRequest request{{"python3", "-c", script, QCOW2_CONFORM_PROGRAM, "run", "--corpus", corpus.path().string(),
                          "--out", (folder / "out").string(), "--read-cmd", fault("hang")},
                         std::nullopt,
                         {}};
  const auto report = run_process(request);
  CHECK(report.exit == 0);
  CHECK(std::chrono::steady_clock::now() - begin < std::chrono::seconds(10));
  CHECK(report.messages.find("interrupted") != std::string::npos);
  CHECK(read_file(folder / "out/results.jsonl").find("footer") == std::string::npos);
  CHECK(!fs::exists(folder / "out/summary.json"));
}

}  // namespace
}  // namespace conform::test
