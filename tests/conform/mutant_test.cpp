// The list of mutants, and how one is made from the sources.

#include "mutants/mutant.hpp"

#include <catch2/catch_test_macros.hpp>
#include <set>

#include "fixture.hpp"
#include "selftest/precompiled.hpp"

using namespace conform;
using namespace conform::test;

namespace {

Mutant change(const std::string& before, const std::string& after) {
  return {"m", "reader", "model/read/reader.cpp", "a mistake", "", before, after, ""};
}

std::string part(const std::string& name, const std::string& file = "model/read/a.cpp") {
  return R"({"schema": 1, "part": "reader", "mutants": [{"name": ")" + name + R"(", "file": ")" + file +
         R"(", "mistake": "m", "before": ["a", "b"], "after": ["c"]}]})";
}

}  // namespace

TEST_CASE("a mutant is the text with its one match replaced") {
  CHECK(mutate("one two three", change("two", "2")).value() == "one 2 three");
  CHECK_FALSE(mutate("one three", change("two", "2")));
  CHECK_FALSE(mutate("two and two", change("two", "2")));
  CHECK_FALSE(mutate("aaa", change("aa", "b")));  // overlapping matches are two
}

TEST_CASE("a list of mutants is checked: its form, and that a name is there once") {
  const TempFolder folder;
  write_file(folder / "schema.json", read_file(QCOW2_CONFORM_MUTANTS "/schema.json"));
  CHECK_FALSE(load_mutants(folder.path()));  // no list
  write_file(folder / "parts/a.json", part("x"));
  const auto loaded = load_mutants(folder.path());
  REQUIRE(loaded);
  CHECK(loaded->at(0).before == "a\nb");
  CHECK(loaded->at(0).part == "reader");
  write_file(folder / "parts/b.json", part("x"));
  CHECK_FALSE(load_mutants(folder.path()));
  write_file(folder / "parts/b.json", part("y", "conform/verdict.cpp"));
  CHECK_FALSE(load_mutants(folder.path()));  // not of the model
}

TEST_CASE("a sample has mutants of every part") {
  const auto all = load_mutants(QCOW2_CONFORM_MUTANTS);
  REQUIRE(all);
  std::set<std::string> parts;
  for (const auto& mutant : *all) parts.insert(mutant.part);
  const auto some = sample(*all);
  for (const auto& mutant : some) parts.erase(mutant.part);
  CHECK(parts.empty());
  CHECK(some.size() >= 12);
  CHECK(some.size() < 25);
}

TEST_CASE("what is precompiled is every header in angle brackets, but for those that a #define stands before") {
  const TempFolder folder;
  write_file(folder / "model/a.cpp", "#include \"b.hpp\"\n#include <vector>\n#include <zstd.h>\n");
  write_file(folder / "model/b.hpp", "#include <map>  // for all\n#define STATIC\n#include <zstd.h>\n");
  CHECK(headers_of_others(folder.path(), {"model/a.cpp", "model/b.hpp"}).value() ==
        "#include <map>\n#include <vector>\n");
  CHECK_FALSE(headers_of_others(folder.path(), {"model/gone.cpp"}));
}
