// The failures on a terminal: what to look at first.
#include <catch2/catch_test_macros.hpp>

#include "fixture.hpp"

namespace conform::test {
namespace {

Json made_from(const std::string& id) { return {{"baseline", id}, {"delta", "one byte"}}; }

std::string line_with(const std::string& text, const std::string& words) {
  const auto at = text.find(words);
  if (at == std::string::npos) return "";
  return text.substr(at, text.find('\n', at) - at);
}

TEST_CASE("the failing case from which most others are made is told first") {
  ToyCorpus corpus;
  corpus.add({.id = "aaa", .guest = "case aaa"});
  corpus.add({.id = "plain", .guest = "case plain"});
  corpus.add({.id = "grown", .guest = "case grown", .more = made_from("plain")});
  corpus.add({.id = "overgrown", .guest = "case overgrown", .more = made_from("grown")});
  const auto ran = run_on(corpus, {"run", "--read-cmd", fault("zeros")});
  CHECK(line_with(ran.output, "Begin with") == "Begin with plain: 2 other cases are made from its image.");
  CHECK(ran.output.find("Begin with plain") < ran.output.find("wrong-data aaa"));
}

TEST_CASE("one from which at most one other is made is not") {
  ToyCorpus corpus;
  corpus.add({.id = "plain", .guest = "case plain"});
  corpus.add({.id = "grown", .guest = "case grown", .more = made_from("plain")});
  CHECK(line_with(run_on(corpus, {"run", "--read-cmd", fault("zeros")}).output, "Begin with").empty());
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
