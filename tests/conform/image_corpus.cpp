#include "image_corpus.hpp"

#include <stdexcept>

#include "base/digest.hpp"
#include "process/process.hpp"

namespace conform::test {
namespace {

constexpr std::size_t disk_size = 4 << 16;

constexpr const char* clauses = R"({"clauses": [
  {"slug": "rule-must", "level": "must", "sentence": "A toy is read as it is."},
  {"slug": "writer-content", "level": "must", "sentence": "What is written reads back."},
  {"slug": "writer-extent-covers-stream", "level": "must", "sentence": "The extent covers the stream."},
  {"slug": "writer-field-limits", "level": "must", "sentence": "The fields have limits."},
  {"slug": "writer-whole-cluster", "level": "must", "sentence": "Each stream gives a cluster."},
  {"slug": "refcount-extent", "level": "must", "sentence": "Extents are counted."},
  {"slug": "copied-flag-clear", "level": "must", "sentence": "Bit 63 is clear."},
  {"slug": "writer-least-size-field", "level": "may", "sentence": "The field is the least."},
  {"slug": "writer-packing", "level": "may", "sentence": "Streams are packed."},
  {"slug": "writer-no-long-stream", "level": "may", "sentence": "Streams are short."},
  {"slug": "writer-pads-file", "level": "may", "sentence": "The file is padded."}]})";

const Json properties = {"writer-content",        "writer-extent-covers-stream",
                         "writer-field-limits",   "writer-whole-cluster",
                         "refcount-extent",       "copied-flag-clear",
                         "writer-packing",        "writer-least-size-field",
                         "writer-no-long-stream", "writer-pads-file"};

void must_run(std::vector<std::string> words) {
  const auto report = run_process({std::move(words), std::nullopt, {}});
  if (report.ending != Ending::exited || report.exit != 0) throw std::runtime_error(report.messages);
}

Json digest_json(const Digest& digest) { return {{"length", digest.length}, {"sha256", digest.sha256}}; }

/// A disk of the corpus, and its digest.
Json put_disk(const fs::path& file, const std::string& bytes) {
  write_file(file, bytes);
  return digest_json(content_digest(file).value());
}

}  // namespace

std::string real_disk() {
  std::string disk;
  for (std::uint32_t state = 1; disk.size() < disk_size; state = state * 1664525 + 1013904223)
    disk += static_cast<char>('a' + (state >> 28));
  return disk;
}

std::string overwritten(std::string disk, std::size_t offset, std::size_t length, char byte) {
  return disk.replace(offset, length, std::string(length, byte));
}

ImageCorpus::ImageCorpus() { write_file(path() / "clauses.json", clauses); }

void ImageCorpus::put_image(const std::string& id, bool snapshot) {
  const auto image = path() / "images" / id / (id + ".qcow2");
  must_run({QCOW2_CONFORM_MODEL, "write", (path() / "guest" / (id + ".raw")).string(), image.string()});
  if (snapshot)
    must_run({"python3", "-c",
              "import sys; sys.path.insert(0, sys.argv[1]); sys.dont_write_bytecode = True\n"
              "from qcow2_image import Image\n"
              "image = Image(sys.argv[2]); image.add_snapshot(b'before'); image.save()",
              QCOW2_CONFORM_FAULTS, image.string()});
  lock()["cases"][id]["image"] = digest_json(image_digest(image).value());
  write_file(
      path() / "guest" / (id + ".json"),
      Json{{"virtual_size", disk_size}, {"extents", {{{"offset", 0}, {"length", disk_size}, {"kind", "compressed"}}}}}
          .dump());
  write_lock();
}

void ImageCorpus::add_write_case(const std::string& id, const Json& image) {
  add({.id = id,
       .guest = real_disk(),
       .operations = {{{"op", "write"}, {"expect", {{"verdict", "accept"}, {"properties", properties}}}}},
       .clauses = properties,
       .more = {{"image", image}}});
  put_image(id, false);
}

void ImageCorpus::add_case_of(const Simple& simple) {
  add({.id = simple.id, .guest = real_disk(), .operations = Json::array({simple.operation})});
  put_image(simple.id, simple.snapshot);
  if (!simple.snapshot) return;
  const auto disk = path() / "guest" / (simple.id + ".snapshot-before.raw");
  lock()["cases"][simple.id]["snapshots"]["before"] = put_disk(disk, real_disk());
  write_lock();
}

void ImageCorpus::add_modify_case(const Modify& modify) {
  Json expect{{"verdict", modify.check.empty() ? "observe" : "accept"}};
  if (!modify.check.empty()) expect["check"] = modify.check;
  Json more{{"image", Json::object()}};
  if (modify.sibling) more["siblings"]["base.raw"] = "a file beside";
  add({.id = modify.id,
       .guest = real_disk(),
       .operations = {{{"op", "modify"}, {"steps", modify.steps}, {"expect", expect}}},
       .more = more});
  put_image(modify.id, modify.snapshot);
  Json& entry = lock()["cases"][modify.id];
  const auto guest = path() / "guest";
  entry["after"]["0"] = put_disk(guest / (modify.id + ".after-0.raw"), modify.after);
  if (modify.snapshot)
    entry["snapshots"]["before"] = put_disk(guest / (modify.id + ".snapshot-before.raw"), real_disk());
  auto map = load_json(guest / (modify.id + ".json")).value();
  map["after"]["0"] = {{"length", modify.after.size()}, {"open", modify.open}};
  write_file(guest / (modify.id + ".json"), map.dump());
  write_lock();
}

std::string writer(const std::string& fault_name) {
  return fault("writer.py",
               fault_name + " {bin}/qcow2-model {raw} {image} {cluster_bits} {compression} {refcount_bits}");
}

std::string modifier(const std::string& fault_name) {
  return fault("modifier.py", fault_name + " {bin}/qcow2-model {image} {steps}");
}

}  // namespace conform::test
