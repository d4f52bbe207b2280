// Every case of the corpus, read by the library: verdict, stage and bytes are what the case expects.
#include <algorithm>
#include <catch2/catch_test_macros.hpp>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <set>

#include "bytes.hpp"
#include "files/chain.hpp"
#include "files/errors.hpp"

namespace qcow2::test {
namespace {

using nlohmann::json;
namespace fs = std::filesystem;

const fs::path corpus = QCOW2_CONFORM_CORPUS;

json parsed(const fs::path& path) {
  std::ifstream file(path);
  if (!file.is_open()) {
    FAIL(path << " is not there. ./test makes the corpus; by hand: python3 -m generators build --out " << corpus);
  }
  return json::parse(file);
}

std::uint64_t number(const json& value) {
  return value.is_string() ? std::stoull(value.get<std::string>(), nullptr, 0) : value.get<std::uint64_t>();
}

/// What the model answers to one operation.
struct Answer {
  bool accepted = false;
  std::string stage;  ///< of the refusal, as is its rule
  std::string rule;
  std::string text;
};

Answer refusal(const std::string& text) {  // "stage: rule: what is wrong"
  const std::size_t stage_end = text.find(": ");
  const std::size_t rule_end = text.find(": ", stage_end + 2);
  return {false, text.substr(0, stage_end), text.substr(stage_end + 2, rule_end - stage_end - 2), text};
}

/// Reads [offset, offset + length) part by part and gives each part to `take`.
template <class Take>
Answer read(const fs::path& path, std::uint64_t offset, std::optional<std::uint64_t> wanted, Take take) {
  const auto opened = open_image_chain(path);
  if (!opened) return refusal(describe(opened.error()));
  const Reader& reader = *(*opened)->reader;
  const std::uint64_t size = reader.size();
  const std::uint64_t length = wanted.value_or(size);
  if (offset > size || length > size - offset) return {false, "length", "range-past-end", "range-past-end"};
  Scratch scratch;
  for (std::uint64_t at = offset, end = offset + length; at < end;) {
    Bytes out = filled(static_cast<std::size_t>(std::min<std::uint64_t>(end - at, 4 << 20)), 0xa5);
    if (const auto done = reader.read({at}, out, scratch); !done) return refusal(describe(done.error()));
    take(out);
    at += out.size();
  }
  return {true, "", "", ""};
}

/// Whether the guest's disk in the corpus holds `bytes` at `offset`.
bool holds(std::ifstream& guest, std::uint64_t offset, const Bytes& bytes) {
  Bytes expected(bytes.size());
  guest.seekg(static_cast<std::streamoff>(offset));
  guest.read(reinterpret_cast<char*>(expected.data()), static_cast<std::streamsize>(expected.size()));
  return guest && expected == bytes;
}

/// Whether the model does on `operation` what `expected`, a verdict or one of several choices, asks for.
bool answers(const std::string& id, const json& operation, const json& expected, Answer& answer) {
  const std::uint64_t offset = operation.contains("offset") ? number(operation["offset"]) : 0;
  std::optional<std::uint64_t> length;
  if (operation.contains("length")) length = number(operation["length"]);
  const std::string alternative = expected.contains("guest") ? "." + expected["guest"].get<std::string>() : "";
  const fs::path guest_path = corpus / "guest" / (id + alternative + ".raw");
  std::ifstream guest(guest_path, std::ios::binary);
  bool right = guest.is_open();
  std::uint64_t at = offset;
  answer = read(corpus / "images" / id / (id + ".qcow2"), offset, length, [&](const Bytes& bytes) {
    right = right && holds(guest, at, bytes);
    at += bytes.size();
  });
  if (expected.at("verdict") == "accept") {
    const bool whole = operation["op"] != "read" || at == fs::file_size(guest_path);
    if (answer.accepted && !(right && whole)) answer.text = "other bytes than " + guest_path.string();
    return answer.accepted && right && whole;
  }
  return expected.at("verdict") == "reject" && !answer.accepted &&
         (!expected.contains("stage") || expected["stage"] == answer.stage);
}

bool as_expected(const std::string& id, const json& operation, Answer& answer) {
  const json& expect = operation.at("expect");
  if (expect.at("verdict") == "observe") return true;
  if (expect.at("verdict") != "either") return answers(id, operation, expect, answer);
  for (const json& choice : expect.at("choices")) {
    if (answers(id, operation, choice, answer)) return true;
  }
  return false;
}

std::set<std::string> clause_slugs() {
  std::set<std::string> slugs;
  const json clauses = parsed(corpus / "clauses.json");
  for (const json& clause : clauses.at("clauses")) slugs.insert(clause.at("slug").get<std::string>());
  return slugs;
}

/// Whether the file system of the corpus is too small for a file of the case. Then the runner reads it, on tmpfs.
bool stands_packed(const std::string& id) {
  const auto is_packed = [](const fs::directory_entry& file) { return file.path().extension() == ".packed"; };
  const fs::directory_iterator images(corpus / "images" / id);
  return std::any_of(begin(images), end(images), is_packed) || fs::exists(corpus / "guest" / (id + ".raw.packed"));
}

/// A disk of which every byte would take long; the runner looks at its data alone.
bool is_large(const std::string& id) {
  const fs::path guest = corpus / "guest" / (id + ".raw");
  return fs::exists(guest) && fs::file_size(guest) > 1 << 30;
}

TEST_CASE("the model reads every case of the corpus as the case expects", "[corpus]") {
  const auto slugs = clause_slugs();
  int read_operations = 0;
  for (const auto& entry : fs::recursive_directory_iterator(corpus / "cases")) {
    if (entry.path().extension() != ".json") continue;
    const json test_case = parsed(entry.path());
    const auto id = test_case.value("id", "");
    if (test_case.value("status", "") == "withdrawn") continue;
    if (stands_packed(id)) continue;
    for (const json& operation : test_case.at("operations")) {
      if (operation["op"] != "read" && operation["op"] != "read-range") continue;
      if (operation["op"] == "read" && is_large(id)) continue;
      ++read_operations;
      Answer answer;
      const bool good = as_expected(id, operation, answer);
      INFO(id << ": " << operation.dump() << "\nthe model: " << (answer.accepted ? "accepts " : "") << answer.text);
      CHECK(good);
      if (!answer.rule.empty()) CHECK(slugs.contains(answer.rule));
    }
  }
  CHECK(read_operations >= 40);
}

TEST_CASE("every rule of the model is a clause of the text", "[corpus]") {
  const auto slugs = clause_slugs();
  std::ifstream file(QCOW2_CONFORM_RULES);
  REQUIRE(file.is_open());
  const std::string source{std::istreambuf_iterator<char>(file), {}};
  int rules = 0;
  for (std::size_t at = 0; (at = source.find("constexpr Rule ", at + 1)) != std::string::npos; ++rules) {
    const std::size_t begin = source.find("{\"", at) + 2;
    const std::string slug = source.substr(begin, source.find('"', begin) - begin);
    CAPTURE(slug);
    CHECK(slugs.contains(slug));
  }
  CHECK(rules > 30);
}

}  // namespace
}  // namespace qcow2::test
