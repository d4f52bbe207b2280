// What a terminal of few columns is given.
#include "base/terminal.hpp"

#include <catch2/catch_test_macros.hpp>

#include "command_line/closest.hpp"
#include "fixture.hpp"

namespace conform::test {
namespace {

TEST_CASE("a text is cut to the columns that there are, and says so") {
  CHECK(cut("abcdef", 6) == "abcdef");
  CHECK(cut("abcdef", 5) == "abcd…");
  CHECK(cut("äöüß", 4) == "äöüß");
  CHECK(cut("äöüßa", 4) == "äöü…");
}

TEST_CASE("a value goes on under itself, and a long word stays whole") {
  const std::string word(40, 'x');
  CHECK(wrapped("  a ", "one two three four five", 24) == "  a one two three four\n    five\n");
  CHECK(wrapped("", word + " end", 30) == word + "\nend\n");
  CHECK(wrapped("  a ", "", 24).empty());
}

TEST_CASE("a word that is nearly known is asked about") {
  CHECK(command_line::did_you_mean("size-feild", {"extent", "size-field"}) == "; did you mean size-field?");
  CHECK(command_line::did_you_mean("something-else", {"extent", "size-field"}).empty());
  CHECK(command_line::did_you_mean("x", {}).empty());
}

TEST_CASE("a wrong call is told what may have been meant") {
  const ToyCorpus corpus;
  const auto told = [&](std::vector<std::string> arguments) { return run_on(corpus, arguments).output; };
  CHECK(told({"run", "--read-cmdd", "x"}).find("did you mean --read-cmd?") != std::string::npos);
  CHECK(told({"lst"}).find("did you mean list?") != std::string::npos);
  CHECK(told({"show", "acepted"}).find("did you mean accepted?") != std::string::npos);
  CHECK(told({"run", "--case", "acepted"}).find("did you mean accepted?") != std::string::npos);
  CHECK(told({"run", "--clause", "rule-mst"}).find("did you mean rule-must?") != std::string::npos);
  CHECK(told({"run", "--impl", "modl"}).find("did you mean model?") != std::string::npos);
}

TEST_CASE("the help of run says what its exit statuses mean") {
  const ToyCorpus corpus;
  CHECK(run_on(corpus, {"run", "--help"}).output.find("Exit status") != std::string::npos);
}

}  // namespace
}  // namespace conform::test
