// Implementation files: what ships can be loaded, and a mistake in one is an error before anything runs.
#include "implementation/implementation.hpp"

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <set>

#include "fixture.hpp"
#include "implementation/command_lines.hpp"
#include "implementation/introduction.hpp"

namespace conform {
namespace {

const Places places{"/bin", QCOW2_CONFORM_IMPLEMENTATIONS};

const char* const healthy = R"({"schema": 1, "name": "some", "features": ["deflate"], "version_command": ["x", "-V"],
  "operations": {"read": {"command": ["x", "{image}", "{out}"], "accept_exit": [0], "reject_exit": [1]},
                 "check": {"command": ["x", "{image}"], "clean_exit": [0], "leak_exit": [3], "corrupt_exit": [2],
                           "reject_exit": [1, 63]}}})";

Result<Implementation> load(const Json& document) {
  const test::TempFolder folder;
  test::write_file(folder / "some.json", document.dump());
  return load_implementation(folder / "some.json", places);
}

TEST_CASE("every implementation that ships can be loaded") {
  const auto all = load_implementations(places);
  REQUIRE(all);
  std::set<std::string> names;
  for (const auto& one : *all) names.insert(one.name);
  for (const char* name :
       {"7zip", "libqcow", "model", "qemu-img", "qemu-nbd", "qemu-storage-daemon", "spec-reader", "systemd-import"})
    CHECK(names.contains(name));
}

TEST_CASE("exit statuses get their meaning") {
  const auto some = load(Json::parse(healthy));
  REQUIRE(some);
  CHECK(some->commands.at(Op::read).exits == std::map<int, Answer>{{0, Answer::accept}, {1, Answer::reject}});
  CHECK(some->commands.at(Op::check).exits ==
        std::map<int, Answer>{
            {0, Answer::clean}, {1, Answer::reject}, {2, Answer::corrupt}, {3, Answer::leaks}, {63, Answer::reject}});
  CHECK(some->claims({"deflate"}));
  CHECK(!some->claims({"deflate", "zstd"}));
}

TEST_CASE("a server performs what NBD can say, and no more") {
  auto document = Json::parse(healthy);
  document.erase("operations");
  document["nbd"] = {{"command", {"serve", "{socket}", "{image}"}},
                     {"read_command", {"serve", "-r", "{socket}", "{image}"}}};
  const auto server = load(document);
  REQUIRE(server);
  CHECK(server->commands.at(Op::read).words.words()[1] == "-r");
  CHECK(server->commands.at(Op::modify).words.words()[1] == "{socket}");
  CHECK(server->commands.contains(Op::map));
  CHECK(server->commands.at(Op::read_parallel).exits == std::map<int, Answer>{{1, Answer::reject}});
  CHECK(!server->commands.contains(Op::write));
  document["nbd"]["read_only"] = true;
  CHECK(!load(document)->commands.contains(Op::modify));
}

TEST_CASE("what a command cannot do is offered by those that stay up") {
  const auto command = load(Json::parse(healthy));
  REQUIRE(command);
  Operation reads{Op::read, 0, 0, 0, {}};
  CHECK(command->offers(reads));
  CHECK(!command->offers({Op::read_parallel, 0, 0, 0, {}}));
  auto adapted = Json::parse(healthy);
  adapted.erase("operations");
  adapted["adapter"] = {{"command", {"x"}}, {"operations", {"read", "read-parallel"}}};
  CHECK(load(adapted)->offers({Op::read_parallel, 0, 0, 0, {}}));
  auto document = Json::parse(healthy);
  document["operations"]["modify"] = {
      {"command", {"x", "{image}", "{steps}"}}, {"accept_exit", {0}}, {"reject_exit", {1}}};
  const auto modifier = load(document);
  REQUIRE(modifier);
  Operation modify{Op::modify, 0, 0, 0, {}};
  modify.steps = Json::parse(R"([{"write": {}}])");
  CHECK(modifier->offers(modify));
  for (const char* step : {R"({"kill": {}})", R"({"parallel": []})"}) {
    modify.steps.push_back(Json::parse(step));
    CHECK(!modifier->offers(modify));
    modify.steps.erase(1);
  }
}

TEST_CASE("a mistake in an implementation file is an error") {
  using Pointer = Json::json_pointer;
  const auto [where, value] = GENERATE(table<std::string, Json>({
      {"/reject_exits", Json::array({1})},
      {"/operations/read/acept_exit", Json::array({1})},
      {"/operations/raed", Json::object()},
      {"/operations", Json::object()},
      {"/operations/read/command", Json::array({"x", "{out}"})},
      {"/operations/read/command", Json::array({"x", "{image}", "{uot}"})},
      {"/operations/read/command", Json::array()},
      {"/operations/read/command", Json::array({"./x", "{image}"})},
      {"/operations/read/command", "x {image}"},
      {"/nbd", Json{{"command", {"x", "{image}", "{socket}"}}}},
      {"/nbd", Json{{"command", {"x", "{image}"}}}},
      {"/nbd", Json{{"command", {"x", "{socket}"}}}},
      {"/nbd", Json{{"command", {"x", "{image}", "{socket}", "{out}"}}}},
      {"/operations/read/accept_exit", Json::array({0, 1})},
      {"/operations/read/accept_exit", Json::array({256})},
      {"/operations/check/command", Json::array({"x", "{image}", "{out}"})},
      {"/operations/read-range",
       Json{{"command", {"x", "{image}", "{offset}"}}, {"accept_exit", {0}}, {"reject_exit", {1}}}},
      {"/features", Json::array({"deflate", "teleport"})},
      {"/version_command", Json::array({"{image}"})},
      {"/needs", Json::array({"{image}"})},
      {"/needs", Json::array({""})},
      {"/schema", 2},
      {"/name", "Some Name"},
  }));
  CAPTURE(where, value.dump());
  auto document = Json::parse(healthy);
  document[Pointer(where)] = value;
  const auto loaded = load(document);
  REQUIRE(!loaded);
  CAPTURE(loaded.error().message);
  CHECK(loaded.error().message.find("some.json") != std::string::npos);
  CHECK(loaded.error().message.find('\n') == std::string::npos);
}

TEST_CASE("an implementation is absent without its command's program, and without one that it needs") {
  auto document = Json::parse(healthy);
  for (const char* op : {"read", "check"}) document["operations"][op]["command"][0] = "sh";
  CHECK(why_absent(load(document).value()).empty());
  document["needs"] = {"sh", "no-such-program"};
  CHECK(why_absent(load(document).value()) == "there is no program no-such-program");
  document["needs"] = {"{implementations}/schema.json"};  // a file, but no program
  CHECK(why_absent(load(document).value()).starts_with("there is no program /"));
}

TEST_CASE("the features that can be claimed are those that a case can need") {
  const auto implementations = load_json(places.implementations / "schema.json").value();
  const auto cases = load_json(QCOW2_CONFORM_CASE_SCHEMA).value();
  CHECK(implementations["properties"]["features"]["items"] == cases["properties"]["features"]["items"]);
}

TEST_CASE("commands of the command line accept with 0, refuse with 1, and claim every feature") {
  const auto made = from_command_lines({"mine", {{Op::read, "r {image}"}, {Op::check, "c {image}"}}, {1}}, places);
  REQUIRE(made);
  CHECK(made->claims({"zstd", "extended-l2"}));
  CHECK(made->commands.at(Op::read).exits == std::map<int, Answer>{{0, Answer::accept}, {1, Answer::reject}});
  CHECK(made->commands.at(Op::check).exits ==
        std::map<int, Answer>{{0, Answer::clean}, {1, Answer::reject}, {2, Answer::corrupt}, {3, Answer::leaks}});
  const auto other = from_command_lines({"mine", {{Op::read, "r {image}"}}, {2, 101}}, places);
  REQUIRE(other);
  CHECK(other->commands.at(Op::read).exits ==
        std::map<int, Answer>{{0, Answer::accept}, {2, Answer::reject}, {101, Answer::reject}});
}

TEST_CASE("a program is looked for where the system would look") {
  CHECK(find_program("sh"));
  CHECK(find_program("/bin/sh"));
  CHECK(!find_program("no-such-program"));
  CHECK(!find_program("/etc"));
  CHECK(!find_program("/etc/passwd"));
  const auto absent = from_command_lines({"mine", {{Op::read, "{bin}/no-such-program {image}"}}, {1}}, places);
  CHECK(why_absent(*absent) == "there is no program /bin/no-such-program");
}

}  // namespace
}  // namespace conform
