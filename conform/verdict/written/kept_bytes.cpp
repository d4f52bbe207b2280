#include "verdict/written/kept_bytes.hpp"

#include "base/digest.hpp"
#include "verdict/comparison.hpp"
#include "verdict/written/model_program.hpp"
#include "verdict/written/scrap.hpp"

namespace conform {
namespace fs = std::filesystem;
namespace {

/// What lies between the parts that could not be read before either.
std::vector<Segment> readable(const LockEntry& locked) {
  std::vector<Segment> parts;
  std::uint64_t begin = 0;
  for (const auto& refused : locked.refused) {
    if (begin < refused.begin) parts.push_back({begin, refused.begin});
    begin = refused.end;
  }
  if (begin < locked.guest.length) parts.push_back({begin, locked.guest.length});
  return parts;
}

class Kept {
 public:
  Kept(const Bench& bench, const Values& places, const fs::path& image)
      : bench_(bench), image_(image), model_(bench, places) {}

  /// What is lost of this part of a disk.
  Result<std::string> lost(const fs::path& disk, Segment part, const std::string& snapshot = {}) const {
    const Scrap now(bench_);
    const auto read = model_.read(image_, now.path(), part, snapshot);
    if (!read) return tl::unexpected(read.error());
    const auto whose = snapshot.empty() ? std::string() : "snapshot " + snapshot + ", ";
    if (!read->refusal.empty())
      return fmt::format("{}guest {:#x}..{:#x} can no longer be read: {}", whose, part.begin, part.end, read->refusal);
    const auto guest = OpenFile::open(disk);
    const auto got = OpenFile::open(now.path());
    if (!guest) return tl::unexpected(guest.error());
    if (!got) return tl::unexpected(got.error());
    const auto differs = first_difference(*guest, part.begin, part.end - part.begin, *got);
    if (!differs) return tl::unexpected(differs.error());
    if (!*differs) return std::string();
    return fmt::format("{}guest {:#x} has {}; it had {} before", whose, (*differs)->offset,
                       (*differs)->got.empty() ? "nothing" : (*differs)->got, (*differs)->expected);
  }

 private:
  const Bench& bench_;
  const fs::path& image_;
  ModelProgram model_;
};

}  // namespace

Result<std::string> lost_bytes(const Bench& bench, const Values& places, const Case& tested, const fs::path& image) {
  const LockEntry& locked = bench.corpus.lock().at(tested.id);
  std::error_code error;
  if (!fs::is_regular_file(image, error)) return std::string("left no image");
  if (const auto now = image_digest(image); now && *now == locked.image) return std::string();
  const Kept kept(bench, places, image);
  for (const auto& part : readable(locked))
    if (auto lost = kept.lost(bench.corpus.guest(tested), part); !lost || !lost->empty()) return lost;
  for (const auto& [name, disk] : locked.snapshots)
    if (auto lost = kept.lost(bench.corpus.guest_snapshot(tested, name), {0, disk.length}, name);
        !lost || !lost->empty())
      return lost;
  return std::string();
}

}  // namespace conform
