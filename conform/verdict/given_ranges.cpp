#include "verdict/given_ranges.hpp"

#include <algorithm>
#include <fstream>

namespace conform {
namespace {

/// The guest disk, and what of it nobody may hand out.
class Expected {
 public:
  Expected(const OpenFile& guest, const std::vector<Segment>& refused) : guest_(guest), refused_(refused) {}

  Result<Status> judge(const GivenRange& given) const {
    const bool must_refuse = std::any_of(refused_.begin(), refused_.end(), [&](const Segment& part) {
      return part.begin < given.range.end && given.range.begin < part.end;
    });
    if (must_refuse) return given.refused ? Status::pass : Status::wrong_accept;
    if (given.refused) return Status::wrong_reject;
    std::vector<std::byte> right(given.range.end - given.range.begin);
    if (auto read = guest_.read_at(given.range.begin, right); !read) return tl::unexpected(read.error());
    return given.bytes == right ? Status::pass : Status::wrong_data;
  }

 private:
  const OpenFile& guest_;
  const std::vector<Segment>& refused_;
};

/// The range as a read-range of its own.
Result<WrongBytes> explain(const Corpus& corpus, const Case& tested, const GivenRange& given, Status status,
                           const std::filesystem::path& scratch) {
  std::ofstream(scratch, std::ios::binary)
      .write(reinterpret_cast<const char*>(given.bytes.data()), static_cast<std::streamsize>(given.bytes.size()));
  Operation alone{Op::read_range, 0, given.range.begin, given.range.end - given.range.begin, {}};
  std::optional<FirstDiff> diff;
  if (status == Status::wrong_data) {
    const auto examined = examine_given_data(corpus, tested, alone, scratch);
    if (!examined) return tl::unexpected(examined.error());
    diff = examined->first_diff;
  }
  auto explained = explain_given_data(corpus, tested, alone, scratch, diff);
  std::error_code ignored;
  std::filesystem::remove(scratch, ignored);
  return explained;
}

std::string described(const GivenRange& given, Status status) {
  const auto range = fmt::format("{:#x} bytes at {:#x}", given.range.end - given.range.begin, given.range.begin);
  return status == Status::wrong_reject ? "refused " + range : "of " + range;
}

}  // namespace

Result<RangesJudgement> judge_ranges(const Corpus& corpus, const Case& tested, const std::vector<GivenRange>& given,
                                     const std::filesystem::path& scratch) {
  const auto guest = OpenFile::open(corpus.guest(tested));
  if (!guest) return tl::unexpected(guest.error());
  const Expected expected(*guest, corpus.lock().at(tested.id).refused);
  RangesJudgement judged;
  const GivenRange* worst = nullptr;
  for (const auto& one : given) {
    const auto status = expected.judge(one);
    if (!status) return tl::unexpected(status.error());
    if (*status == Status::pass) continue;
    ++judged.wrong;
    if (badness(*status) <= badness(judged.status)) continue;
    judged.status = *status;
    worst = &one;
  }
  if (!worst) return judged;
  judged.detail =
      fmt::format("{} of {} ranges; first: {}", judged.wrong, given.size(), described(*worst, judged.status));
  if (judged.status == Status::wrong_reject) return judged;
  auto explained = explain(corpus, tested, *worst, judged.status, scratch);
  if (!explained) return tl::unexpected(explained.error());
  judged.detail +=
      fmt::format(": {}: {}: {}", explained->place, explained->provenance.what, explained->provenance.detail);
  judged.worst = std::move(*explained);
  return judged;
}

}  // namespace conform
