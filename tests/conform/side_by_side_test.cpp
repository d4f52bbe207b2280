// Results beside each other: what differs is shown, and what cannot be compared is refused.
#include "report/terminal/side_by_side.hpp"

#include <catch2/catch_test_macros.hpp>

#include "fixture.hpp"

namespace conform::test {
namespace {

Record record(const std::string& id, std::size_t index, Status status) {
  Record made;
  made.case_id = id;
  made.family = "family";
  made.index = index;
  made.op = index == 0 ? Op::read : Op::read_range;
  made.status = status;
  made.implementation = "reader";
  return made;
}

Results results(const std::string& version, std::vector<Record> records) {
  return {{"suite", "corpus", {{"reader", version, {}, "", "", {}}}, {}, {}}, std::move(records), {}};
}

std::string text(const std::vector<Results>& all, bool everything = false) {
  return to_text(side_by_side(all).value(), everything, Paint(false));
}

TEST_CASE("only what is answered differently is shown, unless all is wanted") {
  const std::vector both{results("1.0", {record("a", 0, Status::wrong_data), record("b", 0, Status::pass)}),
                         results("2.0", {record("a", 0, Status::pass), record("b", 0, Status::pass)})};
  CHECK(text(both) ==
        "case      operation  reader 1.0  reader 2.0\n"
        "family/a  read       wrong-data  pass\n"
        "\n"
        "1 of 2 operations is answered differently; 1 better and 0 worse in reader 2.0\n");
  CHECK(text(both, true).find("family/b  read       pass        pass\n") != std::string::npos);
}

TEST_CASE("of two runs of several implementations each has its own count, and one is one") {
  auto before = results("1.0", {record("a", 0, Status::wrong_reject)});
  auto after = results("2.0", {record("a", 0, Status::pass)});
  for (auto* one : {&before, &after}) {
    one->header.implementations.push_back({"model", "1", {}, "", "", {}});
    one->records.push_back(record("a", 0, Status::pass));
    one->records.back().implementation = "model";
  }
  CHECK(text({before, after})
            .find("1 of 1 operations is answered differently; 0 better and 0 worse in model 1 #2; "
                  "1 better and 0 worse in reader 2.0\n") != std::string::npos);
}

TEST_CASE("what did not run is no difference, and is counted") {
  const auto shown = text({results("1.0", {record("a", 0, Status::not_run), record("b", 0, Status::pass)}),
                           results("2.0", {record("a", 0, Status::pass)})});
  CHECK(shown ==
        "0 of 2 operations are answered differently; 0 better and 0 worse in reader 2.0\n"
        "2 did not run in all of them, which does not count as a difference\n");
}

TEST_CASE("the same status with another choice, or with bytes of another kind, is a difference") {
  auto reads = record("a", 0, Status::choice);
  auto refuses = reads;
  reads.choice = "reads";
  refuses.choice = "refuses";
  const std::vector both{results("1", {reads}), results("2", {refuses})};
  CHECK(side_by_side(both).value().rows[0].differs());
}

TEST_CASE("operations of one kind are told apart by their number, and twins by theirs") {
  const std::vector both{
      results("1", {record("a", 1, Status::pass), record("a", 2, Status::pass), record("a", 0, Status::pass)}),
      results("1", {})};
  const auto compared = side_by_side(both).value();
  CHECK(compared.columns == std::vector<std::string>{"reader 1 #1", "reader 1 #2"});
  CHECK(compared.rows[0].operation == "read");
  CHECK(compared.rows[1].operation == "read-range 1");
  CHECK(compared.rows[2].operation == "read-range 2");
}

TEST_CASE("compare takes folders, puts shards together, and refuses other corpora") {
  ToyCorpus corpus;
  const TempFolder folder;
  const auto run_into = [&](const char* name, const char* reader, const std::vector<std::string>& more = {}) {
    std::vector<std::string> arguments{"run", "--read-cmd", fault(reader), "--name", reader, "--out", folder / name};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return run_on(corpus, arguments).exit;
  };
  REQUIRE(run_into("right", "honest") == 0);
  run_into("one", "zeros", {"--shard", "1/2"});
  run_into("two", "zeros", {"--shard", "2/2"});
  const auto shown = run_on(corpus, {"compare", folder / "right", folder / "one", folder / "two/results.jsonl"});
  CAPTURE(shown.output);
  CHECK(shown.exit == 0);
  CHECK(shown.output.find("toys/accepted  read       pass    wrong-data (zeros)\n") != std::string::npos);
  CHECK(shown.output.find("toys/refused") == std::string::npos);
  CHECK(shown.output.find("0 better and 1 worse in zeros") != std::string::npos);
  CHECK(run_on(corpus, {"compare", folder / "right", folder / "one"}).exit == 2);
  CHECK(run_on(corpus, {"compare", folder / "none"}).exit == 2);
  corpus.add({.id = "more", .guest = "case more"});
  REQUIRE(run_into("later", "honest") == 0);
  const auto refused = run_on(corpus, {"compare", folder / "right", folder / "later"});
  CHECK(refused.exit == 2);
  CHECK(refused.output.find("different corpora") != std::string::npos);
}

}  // namespace
}  // namespace conform::test
