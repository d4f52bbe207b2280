// What a map says of a disk: which mistakes are found, and that how fine it is, is left to it.
#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>

#include "image_corpus.hpp"
#include "verdict/map_faults.hpp"

namespace conform::test {
namespace {

constexpr std::uint64_t cluster = 0x10000;

/// A disk of six clusters: standard, standard elsewhere in the file, zero, the backing file's, a stream, a hole.
const GuestMap disk{6 * cluster,
                    {{0, cluster, "standard", 0x50000},
                     {cluster, cluster, "standard", 0x90000},
                     {2 * cluster, cluster, "zero", std::nullopt},
                     {3 * cluster, cluster, "backing", std::nullopt},
                     {4 * cluster, cluster, "compressed", 0x70123},
                     {5 * cluster, cluster, "unallocated", std::nullopt}},
                    {}};

std::string guest_bytes() {
  std::string bytes(6 * cluster, '\0');
  for (const std::uint64_t index : {0u, 1u, 3u, 4u}) bytes.replace(index * cluster, cluster, cluster, 'd');
  bytes[4 * cluster] = '\0';
  return bytes;
}

Json extent(std::uint64_t index, std::uint64_t clusters, const Json& said) {
  Json all{{"start", index * cluster}, {"length", clusters * cluster}, {"zero", false}};
  all.update(said);
  return all;
}

/// As qemu-img 8.2 and newer say it.
Json right_map() {
  const auto here = [](bool zero, bool compressed) {
    return Json{{"depth", 0}, {"present", true}, {"zero", zero}, {"data", !zero}, {"compressed", compressed}};
  };
  Json map = {extent(0, 1, here(false, false)),
              extent(1, 1, here(false, false)),
              extent(2, 1, here(true, false)),
              extent(3, 1, {{"depth", 1}, {"present", true}, {"data", true}, {"compressed", false}, {"offset", 7}}),
              extent(4, 1, here(false, true)),
              extent(5, 1, {{"depth", 0}, {"present", false}, {"zero", true}, {"data", false}})};
  map[0]["offset"] = 0x50000;
  map[1]["offset"] = 0x90000;
  return map;
}

std::vector<std::string> faults_of(const Json& said) {
  const TempFolder folder;
  write_file(folder / "guest", guest_bytes());
  write_file(folder / "map", said.dump());
  const auto extents = load_map_extents(folder / "map");
  REQUIRE(extents);
  return faults_of_map(*extents, OpenFile::open(folder / "guest").value(), disk).value();
}

TEST_CASE("a map that is so has no faults, however coarse it is") {
  CHECK(faults_of(right_map()).empty());
  CHECK(faults_of(Json::array({extent(0, 6, Json::object())})).empty());
  CHECK(faults_of({extent(0, 4, {{"data", true}}), extent(4, 2, {{"present", true}, {"depth", 0}})}).empty());
  CHECK(faults_of({extent(0, 2, Json::object()), extent(2, 2, {{"hole", true}}), extent(4, 1, {{"hole", false}}),
                   extent(5, 1, {{"hole", true}})})
            .empty());
}

TEST_CASE("what a map says wrongly is told with its clause") {
  struct Row {
    std::size_t at;
    Json said;
    const char* fault;
  };
  const auto row = GENERATE(
      Row{2, {{"length", cluster - 1}}, "[map-tiles] an extent begins at guest 0x30000, but the one before it ends at"},
      Row{2, {{"length", 0}}, "[map-tiles] the extent at guest 0x20000 is empty"},
      Row{5, {{"length", 2 * cluster}}, "[map-tiles] the extents end at guest 0x70000, but the disk ends at 0x60000"},
      Row{4, {{"zero", true}}, "[map-zero] guest 0x40001 is called zero or no data, but has 6464"},
      Row{4, {{"data", false}}, "[map-zero] guest 0x40001 is called zero or no data, but has 6464"},
      Row{2, {{"depth", 1}}, "[map-unallocated] guest 0x20000 is called absent, or the backing file's, but is zero"},
      Row{4, {{"present", false}}, "[map-unallocated] guest 0x40000 is called absent"},
      Row{4, {{"hole", true}}, "[map-unallocated] guest 0x40000 is called a hole, but is compressed"},
      Row{1, {{"hole", true}}, "[map-unallocated] guest 0x10000 is called a hole, but is standard"},
      Row{1, {{"offset", 0x60000}}, "[map-offset] guest 0x10000 is placed at 0x60000, but is at 0x90000"},
      Row{3, {{"depth", 0}}, "[map-offset] guest 0x30000 is called bytes of the file, from 0x7 on, but is backing"},
      Row{4, {{"compressed", false}}, "[map-compressed] guest 0x40000 is called not compressed, but is compressed"},
      Row{1, {{"compressed", true}}, "[map-compressed] guest 0x10000 is called compressed, but is standard"});
  CAPTURE(row.fault);
  Json map = right_map();
  map[row.at].update(row.said);
  const auto faults = faults_of(map);
  REQUIRE_FALSE(faults.empty());
  CAPTURE(faults[0]);
  CHECK(faults[0].starts_with(row.fault));
}

TEST_CASE("extents that are joined must be alike in the file too") {
  Json map = right_map();
  map[0]["length"] = 2 * cluster;
  map.erase(1);
  CHECK(faults_of(map) ==
        std::vector<std::string>{"[map-offset] guest 0x10000 is placed at 0x60000, but is at 0x90000"});
}

TEST_CASE("each clause is told once") {
  Json map = right_map();
  for (auto& one : map) one["zero"] = true;
  CHECK(faults_of(map).size() == 1);
}

TEST_CASE("what is no map says why") {
  const auto* text = GENERATE("", "{}", "[1]", R"([{"start": 0, "zero": true}])", R"([{"start": 0, "length": 1}])",
                              R"([{"start": -1, "length": 1, "zero": true}])",
                              R"([{"start": 18446744073709551615, "length": 2, "zero": true}])",
                              R"([{"start": 0, "length": 1.5, "zero": true}])");
  CAPTURE(text);
  const TempFolder folder;
  write_file(folder / "map", text);
  CHECK_FALSE(load_map_extents(folder / "map"));
}

TEST_CASE("a map operation is judged by what the command prints") {
  ImageCorpus corpus;
  corpus.add_case_of({.id = "mapped", .operation = {{"op", "map"}, {"expect", {{"verdict", "accept"}}}}});
  const auto mapped_by = [&](const std::string& fault_name, const std::string& then = "") {
    const auto command = fault("mapper.sh", fault_name + " {bin}/qcow2-model {image}");
    return run_on(corpus, {"run", "--case", "mapped", "--map-cmd", then.empty() ? command : then}).records.at(0);
  };
  CHECK(mapped_by("honest")["status"] == "pass");
  CHECK(mapped_by("honest", "sh -c '\"$0\" honest \"$1\" \"$2\" >\"$3\"' " + fault("mapper.sh", "") +
                                " {bin}/qcow2-model {image} {out}")["status"] == "pass");
  const auto holes = mapped_by("calls-all-zeros");
  CHECK(holes["status"] == "wrong-data");
  CHECK(holes["answer"] == "other-map");
  CHECK(holes["detail"].get<std::string>().starts_with("[map-zero] guest 0x0 is called zero or no data, but has "));
  const auto table = mapped_by("prints-a-table");
  CHECK(table["status"] == "wrong-data");
  CHECK(table["detail"] == "its output is not a map: not JSON");
  CHECK(mapped_by("refuses")["status"] == "wrong-reject");
}

}  // namespace
}  // namespace conform::test
