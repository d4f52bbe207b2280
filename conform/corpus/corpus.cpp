#include "corpus/corpus.hpp"

#include <algorithm>

namespace conform {
namespace fs = std::filesystem;
namespace {

Result<std::vector<fs::path>> case_files(const fs::path& folder) {
  std::error_code error;
  std::vector<fs::path> files;
  fs::recursive_directory_iterator walk(folder, error);
  if (error) return fail("{}: {}", folder.string(), error.message());
  for (const auto& entry : walk)
    if (entry.path().extension() == ".json") files.push_back(entry.path());
  if (files.empty()) return fail("{}: no cases", folder.string());
  std::sort(files.begin(), files.end());
  return files;
}

Result<Case> load_case(const fs::path& file, const JsonSchema& schema, const Clauses& clauses) {
  const auto document = load_json(file);
  if (!document) return tl::unexpected(document.error());
  if (const auto valid = schema.validate(*document); !valid)
    return fail("{}: {}", file.string(), valid.error().message);
  auto parsed = parse_case(*document, file.parent_path().filename().string(), clauses);
  if (!parsed) return fail("{}: {}", file.string(), parsed.error().message);
  if (parsed->id != file.stem()) return fail("{}: its id is {}", file.string(), parsed->id);
  return parsed;
}

Result<std::string> digest_of(const std::vector<fs::path>& files) {
  Sha256 all;
  for (const auto& file : files) {
    const auto digest = content_digest(file);
    if (!digest) return tl::unexpected(digest.error());
    const std::string line = fmt::format("{} {}\n", file.filename().string(), digest->sha256);
    all.update(std::as_bytes(std::span(line)));
  }
  return all.hex();
}

void compare(std::vector<std::string>& mismatches, const std::string& what, const Digest& locked,
             const Result<Digest>& found) {
  if (!found)
    mismatches.push_back(what + ": " + found.error().message);
  else if (found->length != locked.length)
    mismatches.push_back(fmt::format("{}: {} bytes, but {} in the lock", what, found->length, locked.length));
  else if (*found != locked)
    mismatches.push_back(fmt::format("{}: sha256 {}, but {} in the lock", what, found->sha256, locked.sha256));
}

}  // namespace

Result<Corpus> Corpus::load(const fs::path& folder) {
  Corpus corpus;
  corpus.folder_ = folder;
  corpus.unpacked_ = std::make_shared<const Unpacked>(folder);
  if (!fs::is_directory(folder)) return fail("{}: there is no corpus", folder.string());
  auto schema = JsonSchema::load(folder / "schema.json");
  if (!schema) return tl::unexpected(schema.error());
  auto clauses = Clauses::load(folder / "clauses.json");
  if (!clauses) return tl::unexpected(clauses.error());
  corpus.clauses_ = std::move(*clauses);
  auto lock = load_lock(folder / "lock.json");
  if (!lock) return tl::unexpected(lock.error());
  corpus.lock_ = std::move(*lock);

  auto files = case_files(folder / "cases");
  if (!files) return tl::unexpected(files.error());
  for (const auto& file : *files) {
    auto parsed = load_case(file, *schema, corpus.clauses_);
    if (!parsed) return tl::unexpected(parsed.error());
    if (const Case* twin = corpus.find(parsed->id))
      return fail("{}: case {} is also in {}", file.string(), twin->id, twin->family);
    corpus.cases_.push_back(std::move(*parsed));
  }
  files->push_back(folder / "clauses.json");
  files->push_back(folder / "lock.json");
  auto digest = digest_of(*files);
  if (!digest) return tl::unexpected(digest.error());
  corpus.digest_ = std::move(*digest);
  return corpus;
}

const Case* Corpus::find(const std::string& id) const {
  const auto found = std::find_if(cases_.begin(), cases_.end(), [&](const Case& one) { return one.id == id; });
  return found == cases_.end() ? nullptr : &*found;
}

std::string Corpus::absence(const Case& tested) const {
  for (const auto& file : {image(tested), guest(tested)})
    if (Unpacked::is_packed(file))
      return fmt::format("{} is packed, and no file system here can hold a file of its length",
                         file.filename().string());
  return {};
}

fs::path Corpus::image(const Case& tested) const {
  return unpacked_->place(folder_ / "images" / tested.id / (tested.id + ".qcow2"));
}

fs::path Corpus::sibling(const Case& tested, const std::string& file) const {
  return unpacked_->place(folder_ / "images" / tested.id / file);
}

fs::path Corpus::guest(const Case& tested, const std::string& alternative) const {
  return unpacked_->place(folder_ / "guest" / (tested.id + (alternative.empty() ? "" : "." + alternative) + ".raw"));
}

fs::path Corpus::guest_after(const Case& tested, const Operation& operation) const {
  return guest(tested, fmt::format("after-{}", operation.index));
}

fs::path Corpus::guest_snapshot(const Case& tested, const std::string& name) const {
  return guest(tested, "snapshot-" + name);
}

fs::path Corpus::guest_map(const Case& tested) const { return folder_ / "guest" / (tested.id + ".json"); }

fs::path Corpus::layout(const Case& tested) const {
  return unpacked_->place(folder_ / "layout" / (tested.id + ".json"));
}

fs::path Corpus::canary(const std::string& file) const { return folder_ / "canary" / file; }

fs::path Corpus::case_file(const Case& tested) const {
  return folder_ / "cases" / tested.family / (tested.id + ".json");
}

std::vector<fs::path> locked_files(const Corpus& corpus, const Case& tested) {
  const auto found = corpus.lock().find(tested.id);
  if (found == corpus.lock().end()) return {};
  const LockEntry& locked = found->second;
  std::vector<fs::path> files{corpus.image(tested), corpus.guest(tested)};
  for (const auto& [file, digest] : locked.siblings) files.push_back(corpus.sibling(tested, file));
  for (const auto& [name, digest] : locked.alternatives) files.push_back(corpus.guest(tested, name));
  for (const auto& [index, digest] : locked.after) files.push_back(corpus.guest(tested, "after-" + index));
  for (const auto& [name, digest] : locked.snapshots) files.push_back(corpus.guest_snapshot(tested, name));
  return files;
}

namespace {

/// Whether the lock has the disk that the operation leaves.
bool leaves_disk(const Operation& operation) {
  return operation.op == Op::modify && (operation.expect.observes() || operation.expect.allows(Answer::accept));
}

}  // namespace

std::vector<std::string> lock_mismatches(const Corpus& corpus, const Case& tested) {
  const auto found = corpus.lock().find(tested.id);
  if (found == corpus.lock().end()) return {"the case is not in the lock"};
  const LockEntry& locked = found->second;
  std::vector<std::string> mismatches;
  const bool there = corpus.absence(tested).empty();
  if (there) compare(mismatches, "image", locked.image, image_digest(corpus.image(tested)));
  for (const auto& file : tested.siblings)
    if (!locked.siblings.contains(file)) mismatches.push_back(file + ": not in the lock");
  for (const auto& [file, digest] : locked.siblings)
    if (there) compare(mismatches, file, digest, image_digest(corpus.sibling(tested, file)));
  compare(mismatches, "guest disk", locked.guest, disk_digest(corpus.guest(tested)));
  for (const auto& [name, digest] : locked.alternatives)
    compare(mismatches, "guest disk " + name, digest, disk_digest(corpus.guest(tested, name)));
  for (const auto& operation : tested.operations)
    if (leaves_disk(operation) && !locked.after.contains(std::to_string(operation.index)))
      mismatches.push_back(fmt::format("guest disk after operation {}: not in the lock", operation.index));
  for (const auto& [index, digest] : locked.after)
    compare(mismatches, "guest disk after operation " + index, digest,
            disk_digest(corpus.guest(tested, "after-" + index)));
  for (const auto& [name, digest] : locked.snapshots)
    compare(mismatches, "snapshot " + name, digest, disk_digest(corpus.guest_snapshot(tested, name)));
  return mismatches;
}

}  // namespace conform
