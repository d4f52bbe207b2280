// results.jsonl: what is not whole is no result, and the exit status follows from what is.
#include "results/results.hpp"

#include <catch2/catch_test_macros.hpp>

#include "fixture.hpp"
#include "results/results_writer.hpp"
#include "results/summary.hpp"

namespace conform {
namespace {

Record record(const std::string& id, Status status, Level level = Level::must) {
  Record made;
  made.case_id = id;
  made.implementation = "some";
  made.family = "family";
  made.level = level;
  made.status = status;
  made.expect = {{"verdict", "accept"}};
  return made;
}

Header header() {
  return {"qcow2-conform test", "digest", {{"some", "1.0", {"deflate"}, "", "", {"a remark"}}}, {}, {}};
}

void write_results(const test::fs::path& file, const std::vector<Record>& records) {
  auto writer = ResultsWriter::create(file).value();
  REQUIRE(writer.write(header()));
  for (const auto& one : records) REQUIRE(writer.write(one));
  REQUIRE(writer.finish());
}

TEST_CASE("what is written is what is read") {
  const test::TempFolder folder;
  Record full = record("one", Status::wrong_accept);
  full.op = Op::read_range;
  full.index = 2;
  full.exit = 0;
  full.signal = 11;
  full.duration_ms = 1.5;
  full.peak_memory = 4096;
  full.first_diff = FirstDiff{17, "00ff", ""};
  full.observed_digest = "abc";
  full.observed_length = 18446744073709551615U;
  full.bytes = "zeros";
  full.detail = "a detail \xff that is no UTF-8";
  full.lock_mismatch = true;
  full.choice = "a";
  full.known = KnownNote{Status::crash, Status::wrong_accept, "https://example.org", "out of step"};
  full.choice_group = "g";
  write_results(folder / "r", {full, record("two", Status::pass)});
  const auto read = load_results(folder / "r");
  REQUIRE(read);
  REQUIRE(read->records.size() == 2);
  auto expected = to_json(full);
  expected["detail"] = "a detail \xef\xbf\xbd that is no UTF-8";
  CHECK(to_json(read->records[0]) == expected);
  CHECK(read->header.implementations[0].remarks == std::vector<std::string>{"a remark"});
}

TEST_CASE("a file without its footer is refused") {
  const test::TempFolder folder;
  auto writer = ResultsWriter::create(folder / "r").value();
  CHECK(!load_results(folder / "r"));
  REQUIRE(writer.write(header()));
  REQUIRE(writer.write(record("one", Status::pass)));
  const auto read = load_results(folder / "r");
  REQUIRE(!read);
  CHECK(read.error().message.find("no footer") != std::string::npos);
  CHECK(!load_results(folder / "not there"));
}

TEST_CASE("a file that was altered is refused") {
  const test::TempFolder folder;
  write_results(folder / "r", {record("one", Status::pass), record("two", Status::wrong_data)});
  const std::string whole = test::read_file(folder / "r");
  std::vector<std::string> lines;
  for (std::size_t at = 0; at < whole.size(); at = whole.find('\n', at) + 1)
    lines.push_back(whole.substr(at, whole.find('\n', at) + 1 - at));
  REQUIRE(lines.size() == 4);
  const auto refused = [&](const std::string& text) {
    test::write_file(folder / "altered", text);
    return !load_results(folder / "altered");
  };
  CHECK(!refused(whole));
  CHECK(refused(lines[0] + lines[1] + lines[3]));                       // a line is missing
  CHECK(refused(lines[0] + lines[1] + lines[1] + lines[3]));            // one is there twice
  CHECK(refused(lines[1] + lines[2] + lines[3]));                       // no header
  CHECK(refused(whole + lines[1]));                                     // a line behind the footer
  CHECK(refused(lines[0] + lines[1] + lines[2].substr(0, 40) + "\n"));  // half a line
  auto pass = lines[2];
  pass.replace(pass.find("wrong-data"), 10, "pass");
  CHECK(refused(lines[0] + lines[1] + pass + lines[3]));  // a status that the footer does not count
}

TEST_CASE("a new run leaves nothing of an older file") {
  const test::TempFolder folder;
  write_results(folder / "r", {record("one", Status::pass)});
  REQUIRE(load_results(folder / "r"));
  const auto writer = ResultsWriter::create(folder / "r");
  CHECK(!load_results(folder / "r"));
}

TEST_CASE("while a run writes, no other can") {
  const test::TempFolder folder;
  {
    auto writer = ResultsWriter::create(folder / "r").value();
    REQUIRE(writer.write(header()));
    const auto second = ResultsWriter::create(folder / "r");
    REQUIRE(!second);
    CHECK(second.error().message.find("another run") != std::string::npos);
    CHECK(test::read_file(folder / "r").find("header") != std::string::npos);  // and it did no harm
  }
  CHECK(ResultsWriter::create(folder / "r"));
}

TEST_CASE("a full disk is an error, not a shorter result") {
  if (!test::fs::exists("/dev/full")) SKIP("no /dev/full");
  auto writer = ResultsWriter::create("/dev/full").value();
  CHECK(!writer.write(record("one", Status::pass)));
}

Results results(std::vector<Record> records) { return {header(), std::move(records), {}}; }

TEST_CASE("the exit status is never a count, and the first that applies") {
  const auto bad = record("bad", Status::wrong_data);
  const auto good = record("good", Status::pass);
  auto unlocked = record("unlocked", Status::harness_error);
  unlocked.lock_mismatch = true;
  const auto harness = record("harness", Status::harness_error);
  const auto idle = record("idle", Status::not_run);
  CHECK(exit_status(results({good})) == 0);
  CHECK(exit_status(results({good, idle})) == 0);
  CHECK(exit_status(results({idle, idle})) == 3);
  CHECK(exit_status(results({})) == 3);
  CHECK(exit_status(results({good, bad})) == 1);
  CHECK(exit_status(results({good, bad, harness})) == 4);
  CHECK(exit_status(results({good, bad, harness, unlocked})) == 5);
  CHECK(exit_status(results(std::vector<Record>(256, bad))) == 1);

  auto stopped = results({idle});
  stopped.header.implementations[0].canary = "a wrong answer";
  CHECK(exit_status(stopped) == 4);
  stopped.records.push_back(unlocked);
  CHECK(exit_status(stopped) == 5);
}

TEST_CASE("a list of known failures that is out of step counts after a failure, and before nothing executed") {
  auto listed = record("listed", Status::wrong_data, Level::should);
  listed.known = KnownNote{Status::crash, Status::wrong_data, "link", "listed as crash"};
  CHECK(exit_status(results({listed})) == 6);
  CHECK(exit_status(results({listed, record("bad", Status::crash)})) == 1);
  CHECK(exit_status(results({record("passes", Status::unexpected_pass, Level::may)})) == 6);
  auto unseen = results({record("idle", Status::not_run)});
  unseen.known_errors = {"an entry about nothing"};
  CHECK(exit_status(unseen) == 6);
}

TEST_CASE("only must cases decide") {
  for (Level level : {Level::should, Level::may, Level::unspecified})
    CHECK(exit_status(results({record("one", Status::wrong_data, level)})) == 0);
}

TEST_CASE("each status of a must case leads to its exit status") {
  for (Status status : statuses) {
    CAPTURE(name(status));
    const int exit = exit_status(results({record("one", status), record("two", Status::pass)}));
    const bool out_of_step = status == Status::unexpected_pass;
    CHECK(exit == (status == Status::harness_error ? 4 : is_nonconformance(status) ? 1 : out_of_step ? 6 : 0));
  }
}

TEST_CASE("a summary counts every status, and they add up to what was selected") {
  std::vector<Record> records;
  for (Status status : statuses) records.push_back(record(std::string(name(status)), status));
  records.push_back(record("should", Status::pass, Level::should));
  const auto summary = summary_json(results(records))["implementations"][0];
  std::size_t sum = 0;
  for (const auto& [status, number] : summary["counts"].items()) sum += number.get<std::size_t>();
  CHECK(sum == records.size());
  CHECK(summary["selected"] == records.size());
  CHECK(summary["must"]["selected"] == statuses.size());
  CHECK(summary["must"]["pass"] == 1);
  CHECK(summary["must"]["not_run"] == 1);
}

TEST_CASE("an implementation without a single record is in the summary all the same") {
  const auto summary = summary_json(results({}));
  CHECK(summary["implementations"][0]["selected"] == 0);
  CHECK(summary["exit_status"] == 3);
}

}  // namespace
}  // namespace conform
