// Versions of one program: beside each other, oldest first, and together in the register.
#include <catch2/catch_test_macros.hpp>

#include "fixture.hpp"
#include "results/program_versions.hpp"

namespace conform::test {
namespace {

/// A file of an implementation that is one version of "reader".
std::string version(const TempFolder& folder, const std::string& number, const std::string& reader) {
  const Json read{{"command", {fault(reader, ""), "{image}", "{out}"}}, {"accept_exit", {0}}, {"reject_exit", {1}}};
  const auto name = "reader-" + number;
  write_file(folder / (name + ".json"), Json{{"schema", 1},
                                             {"name", name},
                                             {"program", "reader"},
                                             {"features", {"deflate"}},
                                             {"operations", {{"read", read}}}}
                                            .dump());
  return (folder / (name + ".json")).string();
}

/// The page of that format, of a run of all versions.
std::string page(const TempFolder& folder, const std::vector<std::string>& files, const std::string& format) {
  ToyCorpus corpus;
  corpus.add({.id = "broken", .guest = "case broken"});
  std::vector<std::string> arguments{"run", "--out", (folder / "run").string()};
  for (const auto& file : files) arguments.insert(arguments.end(), {"--impl", file});
  run_on(corpus, arguments);
  const auto out = (folder / "pages").string();
  REQUIRE(run_on(corpus, {"report", (folder / "run").string(), "--format", format, "--out", out}).exit == 0);
  return read_file(folder / ("pages/" + format + ".md"));
}

bool has(const std::string& text, const std::string& words) { return text.find(words) != std::string::npos; }

TEST_CASE("versions are put in the order of their numbers, and named by what tells them apart") {
  std::vector<ImplementationSummary> summaries(4);
  const std::pair<const char*, const char*> names[] = {
      {"qemu-img-10.0", "qemu-img"}, {"model", "model"}, {"qemu-img-7.2", "qemu-img"}, {"qemu-img", "qemu-img"}};
  for (std::size_t i = 0; i < summaries.size(); ++i) {
    summaries[i].info.name = names[i].first;
    summaries[i].info.program = names[i].second;
  }
  const auto programs = programs_of(summaries);
  REQUIRE(programs.size() == 2);
  CHECK(programs[0].name == "qemu-img");
  std::vector<std::string> labels;
  for (const auto* one : programs[0].versions) labels.push_back(version_label(one->info));
  CHECK(labels == std::vector<std::string>{"qemu-img", "7.2", "10.0"});
}

TEST_CASE("what versions answer differently stands side by side, and what they answer alike does not") {
  const TempFolder folder;
  const auto text = page(folder, {version(folder, "10.1", "honest"), version(folder, "9.2", "zeros")}, "versions");
  CAPTURE(text);
  CHECK(has(text, "| 9.2 | 10.1 | operations |"));
  CHECK(has(text, "| wrong-data (zeros) | pass | read of accepted, broken |"));
  CHECK_FALSE(has(text, "refused |"));
}

TEST_CASE("a program that ran in one version has no trend") {
  const TempFolder folder;
  CHECK(has(page(folder, {version(folder, "9.2", "zeros")}, "versions"), "No program ran in several versions."));
}

TEST_CASE("the register has a section for a program, and says which versions a line is about") {
  const TempFolder folder;
  const auto text =
      page(folder, {version(folder, "8", "zeros"), version(folder, "9", "zeros"), version(folder, "10", "honest")},
           "divergences");
  CAPTURE(text);
  CHECK(has(text, "## reader: 8, 9, 10\n"));
  CHECK(has(text, "### Wrong data: 2 cases"));
  CHECK(has(text, "- **8, 9** read: expected accept; exit 0"));
  CHECK(has(text, "reader-9.json --case broken"));
}

}  // namespace
}  // namespace conform::test
