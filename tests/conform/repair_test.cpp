// Repairs, changes that must be refused, and snapshots that are read: what the runner makes of mistakes in them.
#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>

#include "image_corpus.hpp"

namespace conform::test {
namespace {

constexpr std::size_t cluster = 1 << 16;

const Json repaired = {{"op", "repair"}, {"expect", {{"verdict", "accept"}, {"check", "clean"}}}};
const Json not_repaired = {{"op", "repair"}, {"expect", {{"verdict", "reject"}}}};

struct Row {
  const char* fault;
  const char* status;
  const char* told;  // in its detail
};

Json record_of(const ImageCorpus& corpus, const std::string& option, const std::string& command) {
  const auto ran = run_on(corpus, {"run", "--case", "tried", option, command});
  CAPTURE(ran.output);
  REQUIRE(ran.records.size() == 1);
  return ran.records[0];
}

void check_record(const Json& record, const Row& row) {
  CHECK(record["status"] == row.status);
  const auto detail = record["detail"].is_null() ? std::string() : record["detail"].get<std::string>();
  CAPTURE(detail);
  CHECK(detail.find(row.told) != std::string::npos);
}

std::string repairer(const std::string& fault_name) {
  return fault("repairer.py", fault_name + " {bin}/qcow2-model {image}");
}

TEST_CASE("a repair may lose nothing, and what it calls mended has no fault") {
  const Row row =
      GENERATE(Row{"honest", "pass", ""}, Row{"gives-up", "wrong-reject", "says that something is left to repair"},
               Row{"loses-a-stream", "wrong-data", "[repair-keeps-bytes] guest 0x20000 has"},
               Row{"loses-a-stream-and-gives-up", "wrong-data", "[repair-keeps-bytes] guest 0x20000 has"},
               Row{"empties-the-snapshot", "wrong-data", "[repair-keeps-bytes] snapshot before, guest 0x0 has"},
               Row{"leaves-a-leak", "unsound-image",
                   "[repair-complete] reported as repaired, but a check says: [check-refcounts]"});
  CAPTURE(row.fault);
  ImageCorpus corpus;
  corpus.add_case_of({.id = "tried", .operation = repaired, .snapshot = true});
  check_record(record_of(corpus, "--repair-cmd", repairer(row.fault)), row);
}

TEST_CASE("where nothing is to be mended a repair says so, or mends it, and loses nothing") {
  const Row row = GENERATE(Row{"gives-up", "pass", ""}, Row{"honest", "pass", ""},
                           Row{"leaves-a-leak", "flaw-unnoticed", "[repair-complete]"},
                           Row{"loses-a-stream-and-gives-up", "wrong-data", "[repair-keeps-bytes]"});
  CAPTURE(row.fault);
  ImageCorpus corpus;
  corpus.add_case_of({.id = "tried", .operation = not_repaired});
  check_record(record_of(corpus, "--repair-cmd", repairer(row.fault)), row);
}

TEST_CASE("a change that must be refused is, and the image is as it was") {
  const Row row =
      GENERATE(Row{"refuses", "pass", ""}, Row{"honest", "wrong-accept", "changed the image; it missed"},
               Row{"destroys-and-refuses", "wrong-data", "[modify-refused] refused, but the image was changed"});
  CAPTURE(row.fault);
  const Json steps = {{{"write", {{"offset", cluster}, {"length", cluster}, {"byte", 85}}}}};
  ImageCorpus corpus;
  corpus.add_case_of(
      {.id = "tried", .operation = {{"op", "modify"}, {"steps", steps}, {"expect", {{"verdict", "reject"}}}}});
  check_record(record_of(corpus, "--modify-cmd", modifier(row.fault)), row);
}

TEST_CASE("a snapshot is read by its name, and its bytes are held to it") {
  const Row row = GENERATE(Row{"--snapshot", "pass", ""}, Row{"--length 65536 --snapshot", "wrong-data", "65536 bytes"},
                           Row{"--offset 65536 --length 196608 --snapshot", "wrong-data", "196608 bytes"});
  CAPTURE(row.fault);
  ImageCorpus corpus;
  corpus.add_case_of(
      {.id = "tried",
       .operation = {{"op", "read-snapshot"}, {"snapshot", "before"}, {"expect", {{"verdict", "accept"}}}},
       .snapshot = true});
  const auto command = std::string("{bin}/qcow2-model read {image} {out} ") + row.fault + " {snapshot}";
  check_record(record_of(corpus, "--snapshot-cmd", command), row);
}

}  // namespace
}  // namespace conform::test
