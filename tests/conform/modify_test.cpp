// Programs that change an image, each with one mistake, and what the runner makes of the images that they leave.
#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>

#include "image_corpus.hpp"

namespace conform::test {
namespace {

constexpr std::size_t cluster = 1 << 16;

const Json overwrite = {{{"write", {{"offset", cluster}, {"length", cluster}, {"byte", 85}}}}};
const Json discard = {{{"discard", {{"offset", cluster}, {"length", cluster}}}}};

Json modified_by(const std::string& fault, const ImageCorpus& corpus, const std::string& id) {
  const auto ran = run_on(corpus, {"run", "--case", id, "--modify-cmd", modifier(fault)});
  CAPTURE(ran.output);
  REQUIRE(ran.records.size() == 1);
  CHECK(ran.exit == (ran.records[0]["status"] == "pass" || ran.records[0]["status"] == "observed" ? 0 : 1));
  return ran.records[0];
}

std::string detail_of(const Json& record) {
  return record["detail"].is_null() ? std::string() : record["detail"].get<std::string>();
}

struct Row {
  const char* fault;
  const char* status;
  const char* told;  // in its detail
};

TEST_CASE("each faulty modifier gets its status, and is told what is wrong", "[slow]") {
  const Row row = GENERATE(
      Row{"honest", "pass", ""}, Row{"does-nothing", "wrong-data", "[modify-guest-bytes] guest 0x10000 has"},
      Row{"destroys-a-neighbour", "wrong-data", "[modify-guest-bytes] guest 0x30011 has"},
      Row{"leak", "unsound-image", "[modify-free-extent] host clusters leak: 1: "},
      Row{"refcount-too-low", "unsound-image", "[check-refcounts] host cluster"},
      Row{"deletes-image", "wrong-data", "left no image"}, Row{"touches-sibling", "tampered", "base.raw was changed"},
      Row{"refuses", "wrong-reject", "reject"}, Row{"has-no-means", "crash", "exit status 3"});
  CAPTURE(row.fault);
  ImageCorpus corpus;
  corpus.add_modify_case({.id = "overwritten",
                          .steps = overwrite,
                          .after = overwritten(real_disk(), cluster, cluster, 85),
                          .sibling = true});
  const auto record = modified_by(row.fault, corpus, "overwritten");
  CHECK(record["status"] == row.status);
  CAPTURE(detail_of(record));
  CHECK(detail_of(record).find(row.told) != std::string::npos);
}

TEST_CASE("where leaks are allowed they pass, and corruption does not") {
  ImageCorpus corpus;
  corpus.add_modify_case({.id = "overwritten",
                          .steps = overwrite,
                          .check = "leaks",
                          .after = overwritten(real_disk(), cluster, cluster, 85)});
  CHECK(modified_by("leak", corpus, "overwritten")["status"] == "pass");
  CHECK(modified_by("honest", corpus, "overwritten")["properties"]["check"] == "clean");
  CHECK(modified_by("refcount-too-low", corpus, "overwritten")["status"] == "unsound-image");
}

TEST_CASE("what is discarded is zeros or as it was, and nothing else") {
  ImageCorpus corpus;
  corpus.add_modify_case({.id = "discarded",
                          .steps = discard,
                          .after = real_disk(),
                          .open = {{{"offset", cluster}, {"length", cluster}}}});
  CHECK(modified_by("honest", corpus, "discarded")["status"] == "pass");
  CHECK(modified_by("discards-nothing", corpus, "discarded")["status"] == "pass");
  const auto record = modified_by("discards-into-other-bytes", corpus, "discarded");
  CHECK(record["status"] == "wrong-data");
  CHECK(record["first_diff"]["offset"] == cluster);
}

TEST_CASE("a snapshot must stay as it was") {
  ImageCorpus corpus;
  corpus.add_modify_case(
      {.id = "kept", .steps = Json::array(), .check = "leaks", .after = real_disk(), .snapshot = true});
  const auto kept = modified_by("does-nothing", corpus, "kept");
  CHECK(kept["status"] == "pass");
  CHECK(kept["properties"]["check"] == "clean");
  CHECK(kept["properties"]["snapshots"]["before"] == "equal");
  const auto lost = modified_by("empties-the-snapshot", corpus, "kept");
  CHECK(lost["status"] == "wrong-data");
  CHECK(lost["properties"]["snapshots"]["before"] == "other-bytes");
  CHECK(detail_of(lost).find("[modify-guest-bytes] snapshot before: guest 0x0 has") == 0);
  const auto gone = modified_by("honest", corpus, "kept");  // a new image without it
  CHECK(gone["status"] == "wrong-data");
  CHECK(detail_of(gone) == "[modify-guest-bytes] snapshot before is gone");
}

TEST_CASE("what is only observed is told, and scored by nobody") {
  ImageCorpus corpus;
  corpus.add_modify_case(
      {.id = "open", .steps = overwrite, .check = "", .after = overwritten(real_disk(), cluster, cluster, 85)});
  const auto record = modified_by("destroys-a-neighbour", corpus, "open");
  CHECK(record["status"] == "observed");
  CHECK(record["answer"] == "other-bytes");
  CHECK(detail_of(record).find("0x30011") != std::string::npos);
}

TEST_CASE("one that says that it has no means for a step is unsupported") {
  ImageCorpus corpus;
  corpus.add_modify_case(
      {.id = "overwritten", .steps = overwrite, .after = overwritten(real_disk(), cluster, cluster, 85)});
  const TempFolder folder;
  write_file(
      folder / "shy.json",
      Json{{"schema", 1},
           {"name", "shy"},
           {"features", {"deflate"}},
           {"operations",
            {{"modify",
              {{"command", {fault("modifier.py", ""), "has-no-means", "{bin}/qcow2-model", "{image}", "{steps}"}},
               {"accept_exit", {0}},
               {"reject_exit", {1}},
               {"unsupported_exit", {3}}}}}}}
          .dump());
  const auto ran = run_on(corpus, {"run", "--case", "overwritten", "--impl", (folder / "shy.json").string()});
  CHECK(ran.status("overwritten") == "unsupported");
}

TEST_CASE("an image after a modify that the lock does not know is no case") {
  ImageCorpus corpus;
  corpus.add_modify_case(
      {.id = "overwritten", .steps = overwrite, .after = overwritten(real_disk(), cluster, cluster, 85)});
  corpus.lock()["cases"]["overwritten"].erase("after");
  corpus.write_lock();
  const auto ran = run_on(corpus, {"run", "--case", "overwritten", "--modify-cmd", modifier("honest")});
  CHECK(ran.exit == 5);
}

}  // namespace
}  // namespace conform::test
