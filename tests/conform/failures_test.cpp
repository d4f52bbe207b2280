// The failures on a terminal: what to look at first.
#include <algorithm>
#include <catch2/catch_test_macros.hpp>
#include <cstdlib>
#include <sstream>

#include "base/terminal.hpp"
#include "fixture.hpp"

namespace conform::test {
namespace {

Json made_from(const std::string& id) { return {{"baseline", id}, {"delta", "one byte"}}; }

std::string line_with(const std::string& text, const std::string& words) {
  const auto at = text.find(words);
  if (at == std::string::npos) return "";
  return text.substr(at, text.find('\n', at) - at);
}

TEST_CASE("the last five lines say where to start: the failure from which most others are made") {
  ToyCorpus corpus;
  corpus.add({.id = "aaa", .guest = "case aaa"});
  corpus.add({.id = "plain", .guest = "case plain", .clauses = {"rule-should"}});
  corpus.add({.id = "root", .guest = "case root"});
  corpus.add({.id = "grown", .guest = "case grown", .clauses = {"rule-should"}, .more = made_from("root")});
  corpus.add({.id = "overgrown", .guest = "case overgrown", .clauses = {"rule-should"}, .more = made_from("grown")});
  const auto ran = run_on(corpus, {"run", "--read-cmd", fault("zeros")});
  const auto start = ran.output.substr(ran.output.find("Start here: "));
  CAPTURE(start);
  CHECK(std::count(start.begin(), start.end(), '\n') == 5);
  CHECK(start.starts_with("Start here: root, explains "));
  CHECK(start.find("\n  byte   guest byte 0x") != std::string::npos);
  CHECK(start.find("\n  rule   [rule-must, must] ") != std::string::npos);
  CHECK(line_with(start, "  again  ").ends_with("/results/again"));
}

TEST_CASE("a control does not lead while anything else fails") {
  ToyCorpus corpus;
  corpus.add({.id = "plain", .guest = "case plain", .more = {{"control", true}}});
  corpus.add({.id = "grown", .guest = "case grown", .more = made_from("plain")});
  const auto all = run_on(corpus, {"run", "--read-cmd", fault("zeros"), "--case", "plain", "--case", "grown"});
  CHECK(line_with(all.output, "Start here: ").starts_with("Start here: grown, "));
  const auto alone = run_on(corpus, {"run", "--read-cmd", fault("zeros"), "--case", "plain"});
  CHECK(line_with(alone.output, "Start here: ") == "Start here: plain, the only failing case");
}

TEST_CASE("refusals with one message are a group, and each says how many bytes came before") {
  ToyCorpus corpus;
  corpus.add({.id = "one", .guest = "case one" + std::string(200, '1'), .clauses = {"rule-should"}});
  corpus.add({.id = "two", .guest = "case two" + std::string(200, '2')});
  const auto ran = run_on(corpus, {"run", "--read-cmd", fault("refuses-midway"), "--case", "one", "--case", "two"});
  CAPTURE(ran.output);
  CHECK(ran.output.find(" 2 cases on which it said: bad sector N of (file)\n") != std::string::npos);
  CHECK(unwrapped(ran.output).find("64 right bytes were returned before") != std::string::npos);
  CHECK(unwrapped(ran.output).find("guest byte 0x40: expected 32 32 32 32 32 32 32 32, got a refusal") !=
        std::string::npos);
}

TEST_CASE("the command that runs a case again can be pasted and spares the results") {
  const ToyCorpus corpus;
  const TempFolder folder;
  const auto out = (folder / "out").string();
  const auto ran = run_on(corpus, {"run", "--read-cmd", fault("zeros"), "--out", out});
  const auto command = line_with(ran.output, "  again  ").substr(9);
  CAPTURE(command);
  CHECK(command.starts_with(QCOW2_CONFORM_PROGRAM " run "));
  const auto before = read_file(folder / "out/results.jsonl");
  CHECK(std::system((command + " >" + (folder / "log").string() + " 2>&1").c_str()) != 0);
  CHECK(read_file(folder / "out/results.jsonl") == before);
  CHECK(fs::exists(folder / "out/again/results.jsonl"));
}

TEST_CASE("nothing is wider than 80 columns but commands, and one implementation has a row a family") {
  ToyCorpus corpus;
  corpus.add({.id = "a-case-of-a-name-that-is-rather-long-but-not-too-long", .guest = "case long"});
  const auto ran = run_on(corpus, {"run", "--read-cmd", fault("zeros")});
  std::istringstream lines(ran.output);
  for (std::string line; std::getline(lines, line);) {
    CAPTURE(line);
    CHECK((cut(line, 80) == line || line.find("again") != std::string::npos ||
           line.find("report.html") != std::string::npos));
  }
  CHECK(ran.output.find("\n  toys  ") != std::string::npos);
}

TEST_CASE("a program that is not there is said before anything runs") {
  const ToyCorpus corpus;
  const auto ran = run_on(corpus, {"run", "--read-cmd", "no-such-reader {image}"});
  CHECK(ran.output.starts_with("command-line: there is no program no-such-reader; its "));
  CHECK(ran.output.find("running 0 implementations") != std::string::npos);
}

TEST_CASE("twins that name each other do not hang the report") {
  ToyCorpus corpus;
  corpus.add({.id = "one", .guest = "case one", .more = made_from("two")});
  corpus.add({.id = "two", .guest = "case two", .more = made_from("one")});
  CHECK(run_on(corpus, {"run", "--read-cmd", fault("zeros"), "--timeout", "10"}).exit == 1);
}

TEST_CASE("the footer says where the time went besides the programs") {
  const ToyCorpus corpus;
  const TempFolder folder;
  run_on(corpus, {"run", "--read-cmd", fault("honest"), "--out", (folder / "out").string()});
  const auto text = read_file(folder / "out/results.jsonl");
  const auto footer = Json::parse(text.substr(text.rfind('\n', text.size() - 2) + 1));
  REQUIRE(footer.at("type") == "footer");
  for (const char* work : {"copying", "hashing", "judging"}) CHECK(footer.at("seconds").at(work).get<double>() > 0);
}

}  // namespace
}  // namespace conform::test
