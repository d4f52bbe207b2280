// What oracles were seen to do, in the case files: written canonically, and compared with what they do now.
#include "results/evidence.hpp"

#include <catch2/catch_test_macros.hpp>

#include "image_corpus.hpp"
#include "results/evidence_file.hpp"

namespace conform {
namespace {

const OrderedJson small{{"model", {{"version", "0.1.0"}, {"observed", {"accept", nullptr}}}}};

TEST_CASE("evidence goes to the end of a case file, and the rest stays as it is") {
  const std::string text = "{\n  \"id\": \"some\",\n  \"limits\": {\"time\": 2.50}\n}\n";
  const auto with = with_evidence(text, small);
  REQUIRE(with);
  CHECK(*with ==
        "{\n  \"id\": \"some\",\n  \"limits\": {\"time\": 2.50},\n"
        "  \"evidence\": {\"model\": {\"version\": \"0.1.0\", \"observed\": [\"accept\", null]}}\n}\n");
  CHECK(evidence_in(*with).value() == small);
  CHECK(with_evidence(*with, small).value() == *with);
  CHECK(with_evidence(*with, OrderedJson::object()).value() == text);
}

TEST_CASE("what does not fit on a line has a line for each of its members") {
  OrderedJson evidence;
  for (const char* version : {"0.1.0", "7.2.22"})
    evidence[version] = {{"version", version}, {"zlib", "1.2.13"}, {"libzstd", "1.5.4"}, {"observed", {"accept"}}};
  const auto with = with_evidence("{\n  \"id\": \"some\"\n}\n", evidence);
  REQUIRE(with);
  CHECK(*with == R"({
  "id": "some",
  "evidence": {
    "0.1.0": {"version": "0.1.0", "zlib": "1.2.13", "libzstd": "1.5.4", "observed": ["accept"]},
    "7.2.22": {"version": "7.2.22", "zlib": "1.2.13", "libzstd": "1.5.4", "observed": ["accept"]}
  }
}
)");
  evidence["7.2.22"]["observed"].push_back("clean");
  CHECK(with_evidence(*with, evidence).value().ends_with(R"(
    "7.2.22": {
      "version": "7.2.22",
      "zlib": "1.2.13",
      "libzstd": "1.5.4",
      "observed": ["accept", "clean"]
    }
  }
}
)"));
}

TEST_CASE("a file in another form is not touched") {
  CHECK(!with_evidence("{\"id\": \"some\"}\n", small));
  CHECK(!with_evidence("{\n  \"id\": \"some\"", small));
  CHECK(!with_evidence("{\n  \"evidence\": {\"model\":{}},\n  \"id\": \"some\"\n}\n", small));
}

TEST_CASE("a version is the first number with a point") {
  CHECK(short_version("qemu-img version 7.2.22 (Debian 1:7.2+dfsg-7+deb12u18+b3)") == "7.2.22");
  CHECK(short_version("qcow2-model 0.1.0") == "0.1.0");
  CHECK(short_version("unknown") == "unknown");
}

TEST_CASE("the version of a library is in the name of its file") {
  CHECK(version_in("libz.so.1.2.13", "libz") == "1.2.13");
  CHECK(version_in("libzstd.so.1.5.4", "libz").empty());
  CHECK(library_versions("no-such-program").zlib.empty());
  CHECK(library_versions(QCOW2_CONFORM_MODEL).zlib.find('.') != std::string::npos);
  CHECK(library_versions(QCOW2_CONFORM_MODEL).libzstd.find('.') != std::string::npos);
}

TEST_CASE("other answers of the same version break, another version is only told") {
  auto now = small;
  CHECK(compare_evidence("some", small, now).broken.empty());
  now["model"]["observed"][0] = "other-bytes";
  CHECK(compare_evidence("some", small, now).broken ==
        std::vector<std::string>{R"(some: model answered ["other-bytes",null], but ["accept",null] is recorded)"});
  now["model"]["version"] = "0.2.0";
  CHECK(compare_evidence("some", small, now).broken.empty());
  CHECK(compare_evidence("some", small, now).unlike.size() == 1);
  CHECK(compare_evidence("some", {}, now).broken.size() == 1);
}

TEST_CASE("who ran into a limit may fail otherwise elsewhere, and nobody else may") {
  const OrderedJson limited{{"model", {{"version", "0.1.0"}, {"observed", {"resource", "accept"}}}}};
  OrderedJson now = limited;
  now["model"]["observed"] = {"reject", "accept"};
  CHECK(compare_evidence("some", limited, now).broken.empty());
  now["model"]["observed"] = {"reject", "resource"};
  CHECK(compare_evidence("some", limited, now).broken.size() == 1);
  now["model"]["observed"] = {"reject"};
  CHECK(compare_evidence("some", limited, now).broken.size() == 1);
}

TEST_CASE("who is not here keeps its evidence") {
  const OrderedJson other{{"an-oracle", {{"version", "2"}, {"observed", {"reject"}}}}};
  const auto both = renewed(other, small);
  CHECK(both["an-oracle"] == other["an-oracle"]);
  CHECK(both["model"] == small["model"]);
  CHECK(both.begin().key() == "an-oracle");
}

}  // namespace
}  // namespace conform

namespace conform::test {
namespace {

/// A file of an implementation that reads toys; `reads` is the name of its fault.
void put_oracle(const fs::path& folder, const std::string& reads, const std::string& version) {
  write_file(folder / "schema.json", read_file(fs::path(QCOW2_CONFORM_IMPLEMENTATIONS) / "schema.json"));
  write_file(
      folder / "oracle.json",
      Json{{"schema", 1},
           {"name", "oracle"},
           {"version_command", {"echo", "oracle " + version}},
           {"features", {"deflate"}},
           {"operations",
            {{"read",
              {{"command", {fault(reads, ""), "{image}", "{out}"}}, {"accept_exit", {0}}, {"reject_exit", {1}}}}}}}
          .dump());
}

TEST_CASE("evidence is recorded, recorded again unchanged, and its change noticed") {
  const ToyCorpus corpus;
  const TempFolder folder;
  const auto cases = folder / "cases";
  for (const char* id : {"accepted", "refused"})
    write_file(cases / "toys" / (std::string(id) + ".json"), "{\n  \"id\": \"" + std::string(id) + "\"\n}\n");
  const auto evidence = [&](std::vector<std::string> more) {
    std::vector<std::string> words{
        "evidence", "--impl", "oracle", "--cases", cases.string(), "--implementations", folder.path().string()};
    words.insert(words.end(), more.begin(), more.end());
    return run_on(corpus, words);
  };
  put_oracle(folder.path(), "honest", "1.0");
  CHECK(evidence({"--check"}).exit == 1);  // nothing is recorded so far
  CHECK(evidence({}).exit == 0);
  const auto recorded = read_file(cases / "toys/accepted.json");
  CHECK(evidence_in(recorded).value()["oracle"]["observed"] == OrderedJson{"accept"});
  CHECK(evidence_in(read_file(cases / "toys/refused.json")).value()["oracle"]["observed"] == OrderedJson{"reject"});
  CHECK(evidence({}).output.find("0 of 2 case files changed") != std::string::npos);
  CHECK(evidence({"--check"}).exit == 0);

  put_oracle(folder.path(), "zeros", "1.0");
  const auto changed = evidence({"--check"});
  CHECK(changed.exit == 1);
  CHECK(changed.output.find(R"(accepted: oracle answered ["other-bytes"], but ["accept"] is recorded)") !=
        std::string::npos);
  put_oracle(folder.path(), "zeros", "1.1");
  const auto other = evidence({"--check"});
  CHECK(other.exit == 0);
  CHECK(other.output.find("not compared") != std::string::npos);
  CHECK(read_file(cases / "toys/accepted.json") == recorded);
}

TEST_CASE("an oracle that is absent records nothing") {
  const ToyCorpus corpus;
  const TempFolder folder;
  put_oracle(folder.path(), "no-such-fault", "1.0");
  const auto ran = run_on(corpus, {"evidence", "--impl", "oracle", "--implementations", folder.path().string()});
  CHECK(ran.exit == 3);
}

}  // namespace
}  // namespace conform::test
