// Writers, each with one mistake, and what the runner makes of the images that they leave.
#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>

#include "image_corpus.hpp"
#include "implementation/implementation.hpp"
#include "implementation/introduction.hpp"

namespace conform::test {
namespace {

struct Row {
  const char* fault;
  const char* status;
  const char* told;  // in its detail
};

Json written_by(const std::string& fault, const ImageCorpus& corpus, int exit) {
  const auto ran = run_on(
      corpus, {"run", "--case", "written", "--write-cmd", writer(fault), "--timeout", fault == "hang" ? "2" : "20"});
  CAPTURE(ran.output);
  CHECK(ran.exit == exit);
  REQUIRE(ran.records.size() == 1);
  return ran.records[0];
}

TEST_CASE("each faulty writer gets its status, and is told what is wrong", "[slow]") {
  const Row row = GENERATE(
      Row{"honest", "pass", ""}, Row{"no-image", "wrong-data", "left no image"},
      Row{"a-folder", "wrong-data", "left no image"}, Row{"the-raw-disk", "wrong-data", "header-magic"},
      Row{"wrong-content", "wrong-data", "[writer-content] guest 0x11170 has 3f"},
      Row{"short-disk", "wrong-data", "[writer-content] a disk of 261632 bytes instead of 262144"},
      Row{"other-cluster-size", "unsound-image", "cluster_bits is 12, but 16 was asked for"},
      Row{"size-field-too-small", "wrong-data", "[writer-extent-covers-stream]"},
      Row{"no-last-block", "unsound-image", "[writer-extent-covers-stream]"},
      Row{"refcounts-over-the-stream", "unsound-image", "[refcount-extent] [check-refcounts] host cluster"},
      Row{"leak-in-an-extent", "unsound-image", "[refcount-extent] [check-refcounts] host cluster"},
      Row{"copied-flag", "unsound-image", "[copied-flag-clear]"}, Row{"refuses", "wrong-reject", "reject"},
      Row{"exit-7", "crash", "exit status 7"}, Row{"crash", "crash", "signal 11"}, Row{"hang", "timeout", "killed"},
      Row{"flood", "resource", "flood"}, Row{"changes-raw", "tampered", "the image was changed"});
  CAPTURE(row.fault);
  ImageCorpus corpus;
  corpus.add_write_case("written");
  const auto record = written_by(row.fault, corpus, std::string_view(row.status) == "pass" ? 0 : 1);
  CHECK(record["status"] == row.status);
  const std::string detail = record["detail"].is_null() ? "" : record["detail"].get<std::string>();
  CAPTURE(detail);
  CHECK(detail.find(row.told) != std::string::npos);
}

TEST_CASE("a writer's habits are recorded and never scored") {
  ImageCorpus corpus;
  corpus.add_write_case("written");
  const auto honest = written_by("honest", corpus, 0);
  for (const auto& [clause, held] : honest["properties"].items())
    if (clause != "qemu-img") CHECK(held == "yes");
  CHECK(honest["properties"].size() >= 10);
  CHECK(honest["observed_length"] == real_disk().size());
  const auto raised = written_by("size-field-raised", corpus, 0);
  CHECK(raised["status"] == "pass");
  CHECK(raised["properties"]["writer-least-size-field"] == "no");
  CHECK(raised["properties"]["writer-extent-covers-stream"] == "yes");
  const auto leaking = written_by("leak", corpus, 0);
  CHECK(leaking["status"] == "pass");
  CHECK(leaking["properties"]["leaks"] == 1);
}

TEST_CASE("wrong content is told with the first byte that differs, and where the bytes are from") {
  ImageCorpus corpus;
  corpus.add_write_case("written");
  const auto record = written_by("wrong-content", corpus, 1);
  CHECK(record["first_diff"]["offset"] == 70000);
  CHECK(record["answer"] == "other-bytes");
  CHECK(record["properties"]["writer-content"] == "no");
}

TEST_CASE("an image without streams does not pass for one that was compressed") {
  if (!find_program("qemu-img")) SKIP("qemu-img is absent");
  ImageCorpus corpus;
  corpus.add_write_case("written");
  const auto record = written_by("uncompressed", corpus, 0);
  CHECK(record["status"] == "unsupported");
  CHECK(record["detail"] == "no cluster of the image is compressed");
}

TEST_CASE("qemu-img is heard where it is installed") {
  if (!find_program("qemu-img")) SKIP("qemu-img is absent");
  ImageCorpus corpus;
  corpus.add_write_case("written");
  CHECK(written_by("honest", corpus, 0)["properties"]["qemu-img"] == Json{{"check", "clean"}, {"read", "equal"}});
  CHECK(written_by("copied-flag", corpus, 1)["properties"]["qemu-img"]["check"] == "corrupt");
}

TEST_CASE("a writer that cannot be told the parameters has not tried a case that has others") {
  ImageCorpus corpus;
  corpus.add_write_case("small-clusters", {{"cluster_bits", 12}});
  corpus.add_write_case("ordinary");
  const std::string deaf = fault("writer.py", "honest {bin}/qcow2-model {raw} {image} 16 deflate 16");
  const auto ran = run_on(corpus, {"run", "--case", "small-clusters", "--case", "ordinary", "--write-cmd", deaf});
  CHECK(ran.status("ordinary") == "pass");
  CHECK(ran.status("small-clusters") == "unsupported");
  CHECK(ran.exit == 0);
}

TEST_CASE("the case's own parameters are those that a writer is told") {
  ImageCorpus corpus;
  corpus.add_write_case("other", {{"cluster_bits", 9}, {"compression", "zstd"}, {"refcounts", {{"bits", 1}}}});
  const std::string told = "{cluster_bits} {cluster_size} {compression} {refcount_bits}";
  const TempFolder folder;
  const std::string script = "echo " + told + " >" + (folder / "told").string() + "; exit 1";
  const auto ran = run_on(corpus, {"run", "--case", "other", "--write-cmd", "sh -c '" + script + "' {raw} {image}"});
  CHECK(ran.status("other") == "wrong-reject");
  CHECK(read_file(folder / "told") == "9 512 zstd 1\n");
}

}  // namespace
}  // namespace conform::test
