// Parts of a run: each case is in one of them, and merged they are the run.
#include "corpus/shard.hpp"

#include <catch2/catch_test_macros.hpp>
#include <set>

#include "fixture.hpp"
#include "results/merge.hpp"
#include "results/summary.hpp"

namespace conform::test {
namespace {

std::vector<Case> many_cases() {
  std::vector<Case> cases(200);
  for (std::size_t i = 0; i < cases.size(); ++i) {
    cases[i].id = "case-" + std::to_string(i);
    if (i % 10 == 0) cases[i].choice_group = "group-" + std::to_string(i / 50);
  }
  return cases;
}

std::vector<const Case*> pointers(const std::vector<Case>& cases) {
  std::vector<const Case*> all;
  for (const auto& one : cases) all.push_back(&one);
  return all;
}

TEST_CASE("each case is in one shard, whatever else there is, and a choice group is in one") {
  const auto cases = many_cases();
  auto all = pointers(cases);
  std::map<std::string, unsigned> where;
  std::map<std::string, std::set<unsigned>> groups;
  for (unsigned index = 1; index <= 7; ++index)
    for (const Case* one : cases_of({index, 7}, all)) {
      CHECK(where.emplace(one->id, index).second);
      if (!one->choice_group.empty()) groups[one->choice_group].insert(index);
    }
  CHECK(where.size() == all.size());
  for (const auto& [group, shards] : groups) CHECK(shards.size() == 1);
  all.erase(all.begin(), all.begin() + 100);
  for (unsigned index = 1; index <= 7; ++index)
    for (const Case* one : cases_of({index, 7}, all)) CHECK(where.at(one->id) == index);
  CHECK(cases_of({}, all) == all);
}

TEST_CASE("a shard is written I/N") {
  CHECK(parse_shard("2/4").value() == Shard{2, 4});
  CHECK(parse_shard("1/1").value().is_part());
  CHECK(!parse_shard("").value().is_part());
  for (const char* wrong : {"0/4", "5/4", "2", "/", "1/", "/1", "1/0", "a/b", "1/4x", "-1/4", "1/99999", " 1/4"})
    CHECK(!parse_shard(wrong));
}

Results part(const std::string& implementation, Shard shard, const std::vector<std::string>& cases) {
  Results made;
  made.header = {"suite",     "corpus", {{implementation, "1.0", {}, "", "", {}}}, {}, {"time limited"}, {},
                 "selection", shard};
  for (const auto& id : cases) {
    Record record;
    record.case_id = id;
    record.implementation = implementation;
    record.status = Status::pass;
    made.records.push_back(record);
  }
  return made;
}

TEST_CASE("shards and implementations are put together") {
  const auto whole =
      merge({part("a", {2, 2}, {"two"}), part("a", {1, 2}, {"one"}), part("b", {}, {"one", "two"})}).value();
  CHECK(whole.records.size() == 4);
  CHECK(whole.header.implementations.size() == 2);
  CHECK(!whole.header.shard.is_part());
  CHECK(exit_status(whole) == 0);
}

std::string refusal(std::vector<Results> parts) {
  const auto merged = merge(std::move(parts));
  return merged ? "merged" : merged.error().message;
}

TEST_CASE("gaps, overlaps and what does not belong together are refused") {
  const auto one = part("a", {1, 2}, {"one"});
  const auto two = part("a", {2, 2}, {"two"});
  CHECK(refusal({}) == "there is nothing to merge");
  CHECK(refusal({one}) == "shard 2/2 of a is missing");
  CHECK(refusal({two, part("b", {}, {"one", "two"})}) == "shard 1/2 of a is missing");
  CHECK(refusal({one, two, one}) == "shard 1/2 of a is there twice");
  CHECK(refusal({part("a", {}, {"one"}), part("a", {}, {"one"})}) == "a is there twice");
  CHECK(refusal({one, part("a", {2, 3}, {"two"})}) == "a is cut into 2 shards in one and 3 in another");
  CHECK(refusal({one, part("a", {2, 2}, {"one"})}) == "one 0 of a is there twice");
  const auto changed = [&](auto change) {
    auto other = two;
    change(other.header);
    return refusal({one, other});
  };
  CHECK(changed([](Header& header) { header.corpus_digest = "other"; }) ==
        "one is of corpus corpus, another of corpus other");
  CHECK(changed([](Header& header) { header.suite = "other"; }) == "one is of suite, another of other");
  CHECK(changed([](Header& header) { header.selection = "other"; }) == "they are about different selections of cases");
  CHECK(changed([](Header& header) { header.implementations[0].version = "2.0"; }) ==
        "a is 1.0 in one and 2.0 in another");
}

TEST_CASE("a run in shards is the run") {
  ToyCorpus corpus;
  for (int i = 0; i < 6; ++i) corpus.add({.id = "more-" + std::to_string(i), .guest = "case"});
  std::vector<Results> parts;
  std::size_t records = 0;
  for (const char* shard : {"1/3", "2/3", "3/3"}) {
    const TempFolder folder;
    const auto ran =
        run_on(corpus, {"run", "--read-cmd", fault("zeros"), "--shard", shard, "--out", folder.path().string()});
    parts.push_back(load_results(folder / "results.jsonl").value());
    CHECK(parts.back().header.shard.text() == shard);
    CHECK(ran.records.size() < 8);
    records += ran.records.size();
  }
  CHECK(records == 8);
  const auto whole = merge(std::move(parts)).value();
  CHECK(exit_status(whole) == 1);
  const auto at_once = run_on(corpus, {"run", "--read-cmd", fault("zeros")});
  CHECK(summary_json(whole)["implementations"][0]["counts"] == at_once.summary["implementations"][0]["counts"]);
  CHECK(run_on(corpus, {"run", "--read-cmd", fault("zeros"), "--shard", "4/3"}).exit == 2);
}

TEST_CASE("a list of known failures is held against all shards together") {
  const ToyCorpus corpus;
  const TempFolder folder;
  const Json entry{
      {"case", "accepted"}, {"operation", "read"}, {"status", "wrong-data"}, {"link", "https://example.org"}};
  write_file(folder / "known.json", Json{{"schema", 1}, {"known", Json::array({entry})}}.dump());
  for (const char* shard : {"1/2", "2/2"}) {
    const auto ran = run_on(
        corpus, {"run", "--read-cmd", fault("zeros"), "--shard", shard, "--known", (folder / "known.json").string()});
    CHECK((ran.exit == 0 || (ran.records.empty() && ran.exit == 3)));
  }
}

TEST_CASE("two runs of one implementation stand beside each other in one report") {
  const ToyCorpus corpus;
  const TempFolder folder;
  for (const char* reader : {"honest", "zeros"})
    run_on(corpus, {"run", "--read-cmd", fault(reader), "--out", (folder / reader).string()});
  const auto made = run_on(corpus, {"report", (folder / "honest").string(), (folder / "zeros").string(), "--format",
                                    "md", "--out", (folder / "report").string()});
  CAPTURE(made.output);
  CHECK(made.exit == 0);
  const auto text = read_file(folder / "report/report.md");
  CHECK(text.find("command-line (honest)") != std::string::npos);
  CHECK(text.find("command-line (zeros)") != std::string::npos);
}

}  // namespace
}  // namespace conform::test
