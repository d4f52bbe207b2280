#include "verdict/given_data.hpp"

#include <algorithm>

namespace conform {
namespace {

const LockEntry& lock_of(const Corpus& corpus, const Case& tested) { return corpus.lock().at(tested.id); }

/// The snapshot that the operation reads; null: the active disk, and also where there is no such snapshot to be read.
const Digest* snapshot_of(const Corpus& corpus, const Case& tested, const Operation& operation) {
  const auto& snapshots = lock_of(corpus, tested).snapshots;
  const auto found = snapshots.find(operation.snapshot);
  return operation.op == Op::read_snapshot && found != snapshots.end() ? &found->second : nullptr;
}

/// The disk that the operation reads.
std::filesystem::path disk_of(const Corpus& corpus, const Case& tested, const Operation& operation) {
  const bool of_snapshot = snapshot_of(corpus, tested, operation) != nullptr;
  return of_snapshot ? corpus.guest_snapshot(tested, operation.snapshot) : corpus.guest(tested);
}

/// The guest contents that an answer may equal: the disk itself first.
std::vector<std::string> contents(const Operation& operation) {
  std::vector<std::string> names{""};
  for (const auto& choice : operation.expect.answers)
    if (choice.answer == Answer::accept && !choice.guest.empty()) names.push_back(choice.guest);
  return names;
}

Segment clipped(Segment part, Segment bounds) {
  return {std::max(part.begin, bounds.begin), std::min(part.end, bounds.end)};
}

/// Where the wrong bytes stand: from the first that differs to the end of its extent, or the first refused part.
Segment questionable(const Corpus& corpus, const Case& tested, const Operation& operation, const GuestMap& map,
                     const std::optional<FirstDiff>& first_diff) {
  const Segment read = part_read(corpus, tested, operation);
  if (first_diff) {
    const GuestExtent* extent = map.at(first_diff->offset);
    return clipped({first_diff->offset, extent ? extent->end() : UINT64_MAX}, {read.begin, UINT64_MAX});
  }
  for (const auto& refused : lock_of(corpus, tested).refused)
    if (const auto part = clipped(refused, read); part.begin < part.end) return part;
  return {read.begin, UINT64_MAX};
}

std::string describe_place(const GuestMap& map, Segment part) {
  const GuestExtent* extent = map.at(part.begin);
  if (!extent && map.extents.empty()) return fmt::format("guest {:#x} on", part.begin);
  if (!extent) return fmt::format("guest {:#x} on, past the end of the disk", part.begin);
  std::string text = fmt::format("guest {:#x}..{:#x}, {}", part.begin, std::min(part.end, extent->end()), extent->kind);
  if (extent->host_offset) text += fmt::format(", host_offset {:#x}", *extent->host_offset);
  return text;
}

std::string first_bytes(const OpenFile& file, std::uint64_t begin) {
  std::vector<std::byte> bytes(begin < file.size() ? std::min<std::uint64_t>(16, file.size() - begin) : 0);
  std::string text;
  if (file.read_at(begin, bytes))
    for (std::byte byte : bytes) text += fmt::format("{:02x}", static_cast<unsigned>(byte));
  return text;
}

/// Whether all of the output is what the valid twin would have given, so that what is wrong with the image went
/// unnoticed, and nothing was invented.
bool is_as_of_twin(const Corpus& corpus, const Case& tested, const Operation& operation, const OpenFile& got) {
  const Case* twin = corpus.find(tested.baseline);
  if (!twin || !corpus.lock().contains(twin->id)) return false;
  const auto guest = OpenFile::open(disk_of(corpus, *twin, operation));
  const Segment part =
      operation.op != Op::read_range ? part_read(corpus, *twin, operation) : part_read(corpus, tested, operation);
  if (!guest || part.end > guest->size()) return false;
  const auto differs = first_difference(*guest, part.begin, part.end - part.begin, got);
  return differs && !*differs;
}

/// The guest disk, then the siblings, then the image: where handed-out bytes may come from.
class Sources {
 public:
  Result<void> add(const std::string& name, const std::filesystem::path& path) {
    auto file = OpenFile::open(path);
    if (!file) return tl::unexpected(file.error());
    files_.push_back(std::make_unique<OpenFile>(std::move(*file)));
    sources_.push_back({name, files_.back().get()});
    return {};
  }
  const std::vector<Source>& all() const { return sources_; }

 private:
  std::vector<std::unique_ptr<OpenFile>> files_;
  std::vector<Source> sources_;
};

}  // namespace

Segment part_read(const Corpus& corpus, const Case& tested, const Operation& operation) {
  if (const Digest* snapshot = snapshot_of(corpus, tested, operation)) return {0, snapshot->length};
  if (operation.op == Op::read_range)
    return {operation.offset, operation.offset + std::min(operation.length, UINT64_MAX - operation.offset)};
  return {0, lock_of(corpus, tested).guest.length};
}

Result<GivenData> examine_given_data(const Corpus& corpus, const Case& tested, const Operation& operation,
                                     const std::filesystem::path& output) {
  GivenData facts;
  const auto got = OpenFile::open(output);
  facts.exists = got.has_value();  // a folder, or what we may not read, is no output
  if (!facts.exists) return facts;
  const Segment part = part_read(corpus, tested, operation);
  for (const auto& name : contents(operation)) {
    const auto guest = OpenFile::open(name.empty() ? disk_of(corpus, tested, operation) : corpus.guest(tested, name));
    if (!guest) return tl::unexpected(guest.error());
    const std::uint64_t length = operation.op == Op::read ? guest->size() : part.end - part.begin;
    auto differs = first_difference(*guest, part.begin, length, *got);
    if (!differs) return tl::unexpected(differs.error());
    if (!*differs)
      facts.matches.insert(name);
    else if (name.empty())
      facts.first_diff = *differs;
  }
  const bool known = operation.op == Op::read && facts.matches.contains("");
  const auto digest = known ? Result<Digest>(lock_of(corpus, tested).guest) : disk_digest(output);
  if (!digest) return tl::unexpected(digest.error());
  facts.digest = *digest;
  if (!facts.matches.empty()) facts.first_diff.reset();
  const bool refusal_wanted = !operation.expect.observes() && !operation.expect.allows(Answer::accept);
  facts.is_as_of_twin = refusal_wanted && is_as_of_twin(corpus, tested, operation, *got);
  return facts;
}

Result<WrongBytes> explain_given_data(const Corpus& corpus, const Case& tested, const Operation& operation,
                                      const std::filesystem::path& output, const std::optional<FirstDiff>& first_diff) {
  auto map = load_guest_map(corpus.guest_map(tested));
  if (!map) return tl::unexpected(map.error());
  if (operation.op == Op::read_snapshot) map->extents.clear();  // they are the active disk's
  const auto got = OpenFile::open(output);
  if (!got) return tl::unexpected(got.error());
  Sources sources;
  if (auto added = sources.add("the guest disk", disk_of(corpus, tested, operation)); !added)
    return tl::unexpected(added.error());
  if (operation.op == Op::read_snapshot)
    if (auto added = sources.add("the active disk", corpus.guest(tested)); !added) return tl::unexpected(added.error());
  for (const auto& file : tested.siblings)
    if (auto added = sources.add(file, corpus.sibling(tested, file)); !added) return tl::unexpected(added.error());
  if (auto added = sources.add("the image file", corpus.image(tested)); !added) return tl::unexpected(added.error());

  const Segment read = part_read(corpus, tested, operation);
  const Segment part = questionable(corpus, tested, operation, *map, first_diff);
  return WrongBytes{first_diff.value_or(FirstDiff{part.begin, "", first_bytes(*got, part.begin - read.begin)}),
                    trace(*got, read.begin, part, sources.all()), describe_place(*map, part)};
}

}  // namespace conform
