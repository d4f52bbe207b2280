#include "fixture.hpp"

#include <algorithm>
#include <fstream>
#include <iterator>
#include <sstream>
#include <stdexcept>

#include "base/digest.hpp"
#include "process/process.hpp"

namespace conform::test {
namespace {

constexpr std::size_t disk_begins = 4096;

Json digest_json(const Digest& digest) { return {{"length", digest.length}, {"sha256", digest.sha256}}; }

Json standard_map(std::size_t length) {
  return {{"virtual_size", length},
          {"extents", {{{"offset", 0}, {"length", length}, {"kind", "standard"}, {"host_offset", disk_begins}}}}};
}

void write_canaries(const fs::path& folder) {
  const std::string guest(8192, 'c');
  for (const char* name : {"good", "no-holes", "version-2"}) {
    write_file(folder / (std::string(name) + ".qcow2"), toy_image("TOY0", guest));
    write_file(folder / (std::string(name) + ".json"), standard_map(guest.size()).dump());
  }
  write_file(folder / "bad-magic.qcow2", toy_image("BAD0", guest));
  write_file(folder / "unknown-bit.qcow2", toy_image("TOY1", guest));
}

constexpr const char* schema =
    R"({"type": "object", "required": ["id", "rev", "title", "why", "clauses", "operations"]})";

constexpr const char* clauses = R"({"clauses": [
  {"slug": "rule-must", "level": "must", "sentence": "A toy is read as it is."},
  {"slug": "rule-should", "level": "should", "sentence": "A toy is pretty."},
  {"slug": "rule-open", "level": "unspecified", "sentence": "The text is silent."}]})";

}  // namespace

std::size_t processes_with(const std::string& word) {
  const std::string wanted = '\0' + word + '\0';
  std::size_t count = 0;
  std::error_code error;
  for (fs::directory_iterator process("/proc", error), end; !error && process != end; process.increment(error))
    if (read_file(process->path() / "cmdline").find(wanted) != std::string::npos) ++count;
  return count;
}

void write_file(const fs::path& file, std::string_view bytes) {
  fs::create_directories(file.parent_path());
  std::ofstream out(file, std::ios::binary);
  out << bytes;
  if (!out.flush()) throw std::runtime_error("cannot write " + file.string());
}

std::string read_file(const fs::path& file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

std::string toy_image(const std::string& magic, const std::string& guest) {
  std::string image = magic;
  image.resize(disk_begins);
  return image + guest;
}

std::string accepted_guest() {
  return "case accepted" + std::string(1 << 20, '\0') + std::string(5000, 'x') + "the end";
}

ToyCorpus::ToyCorpus() : lock_{{"schema", 1}, {"cases", Json::object()}} {
  write_file(path() / "schema.json", schema);
  write_file(path() / "clauses.json", clauses);
  fs::create_directory(path() / "layout");
  write_file(path() / "quick.json", R"({"schema": 1, "cases": ["refused"]})");
  write_canaries(path() / "canary");
  add({.id = "accepted", .guest = accepted_guest()});
  add({.id = "refused",
       .magic = "TOY?",
       .guest = "case refused: nobody may read this",
       .operations = {{{"op", "read"}, {"expect", {{"verdict", "reject"}, {"stage", "header"}}}}},
       .more = {{"baseline", "accepted"}, {"delta", "the magic"}}});
}

void ToyCorpus::add(const ToyCase& toy) {
  Json document{{"schema", 1},
                {"id", toy.id},
                {"rev", 1},
                {"title", "A toy"},
                {"why", "Toys matter"},
                {"clauses", toy.clauses},
                {"features", {"deflate"}},
                {"operations", toy.operations}};
  document.update(toy.more);
  write_file(path() / "cases" / toy.family / (toy.id + ".json"), document.dump());
  const auto image = path() / "images" / toy.id / (toy.id + ".qcow2");
  const auto guest = path() / "guest" / (toy.id + ".raw");
  const bool refused = toy.magic != "TOY0";
  write_file(image, toy_image(toy.magic, toy.guest));
  write_file(guest, refused ? std::string(toy.guest.size(), '\0') : toy.guest);
  write_file(path() / "guest" / (toy.id + ".json"), standard_map(toy.guest.size()).dump());
  write_file(path() / "layout" / (toy.id + ".json"), "{}");
  Json& entry = lock_["cases"][toy.id];
  entry = {{"image", digest_json(image_digest(image).value())}, {"guest", digest_json(content_digest(guest).value())}};
  if (refused) entry["guest"]["refused"] = {{0, toy.guest.size()}};
  if (document.contains("siblings"))
    for (const auto& [name, content] : document["siblings"].items()) {
      write_file(image.parent_path() / name, content.get<std::string>());
      entry["siblings"][name] = digest_json(image_digest(image.parent_path() / name).value());
    }
  write_lock();
}

void ToyCorpus::write_lock() const { write_file(path() / "lock.json", lock_.dump()); }

std::string Ran::status(const std::string& id) const {
  for (const auto& record : records)
    if (record.at("case") == id) return record.at("status");
  return "no record";
}

Ran run_on(const ToyCorpus& corpus, const std::vector<std::string>& arguments) {
  const TempFolder out;
  const auto given = std::find(arguments.begin(), arguments.end(), "--out");
  const fs::path folder = given == arguments.end() ? out / "results" : fs::path(*std::next(given));
  ProcessRequest request{{QCOW2_CONFORM_PROGRAM}, std::nullopt, {}};
  request.argv.insert(request.argv.end(), arguments.begin(), arguments.end());
  request.argv.insert(request.argv.end(), {"--corpus", corpus.path().string()});
  if (arguments[0] == "run" && given == arguments.end())
    request.argv.insert(request.argv.end(), {"--out", folder.string()});
  request.limits.time = std::chrono::seconds(60);
  request.limits.processes = 10000;  // the runner has its own limit for what it starts
  request.standard_output = out / "output";
  const auto report = run_process(request);
  Ran ran{report.ending == Ending::exited ? report.exit : -1, report.messages + read_file(out / "output"), {}, {}};
  std::ifstream lines(folder / "results.jsonl");
  for (std::string line; std::getline(lines, line);)
    if (auto record = Json::parse(line); record.at("type") == "operation") ran.records.push_back(std::move(record));
  if (const auto summary = load_json(folder / "summary.json")) ran.summary = *summary;
  return ran;
}

std::string fault(const std::string& name, const std::string& arguments) {
  return std::string(QCOW2_CONFORM_FAULTS) + "/" + name + (arguments.empty() ? "" : " " + arguments);
}

std::string unwrapped(const std::string& text) {
  std::istringstream words(text);
  std::string line;
  for (std::string word; words >> word;) line += (line.empty() ? "" : " ") + word;
  return line;
}

}  // namespace conform::test
