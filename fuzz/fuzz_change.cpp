// Changing: a step is taken, all invariants hold, and the guest sees what the step says and nothing else; or it is
// refused for what the image or the step is, never because the step would have broken something.
//
// The end of the input is steps as well: a byte that says how many, and before it eight bytes for each.
#include <algorithm>
#include <optional>
#include <vector>

#include "change/change.hpp"
#include "format/rounding.hpp"
#include "read/reader.hpp"
#include "support.hpp"

namespace {

using namespace qcow2;
using Bytes = std::vector<std::byte>;
/// Each guest cluster; nothing where it cannot be read.
using Disk = std::vector<std::optional<Bytes>>;

constexpr std::uint64_t disk_max = 1 << 20;
constexpr std::size_t step_length = 8;
constexpr std::size_t steps_max = 6;

Disk read_disk(const change::State& state) {
  const Reader reader(state.image, nullptr);
  Scratch scratch;
  Disk disk;
  for (std::uint64_t at = 0; at < reader.size(); at += state.cluster_size()) {
    Bytes cluster(std::min(state.cluster_size(), reader.size() - at));
    disk.emplace_back(reader.read({at}, cluster, scratch) ? std::optional(cluster) : std::nullopt);
  }
  return disk;
}

struct Range {
  GuestOffset offset;
  std::uint64_t length = 0;
};

/// A range of the disk, of whole clusters for some numbers.
Range range_from(const change::State& state, std::span<const std::byte> bytes, bool whole) {
  const std::uint64_t size = state.header().virtual_size;
  const std::uint64_t grain = whole ? state.cluster_size() : 1;
  const std::uint64_t units = divide_up(size, grain);
  if (units == 0) return {};
  const std::uint64_t first = load_big_endian<std::uint32_t>(bytes, 0) % units;
  const std::uint64_t end = std::min(size, (first + 1 + std::to_integer<std::uint64_t>(bytes[4]) % 100) * grain);
  return {{first * grain}, end - first * grain};
}

change::Step step_from(const change::State& state, std::span<const std::byte> bytes) {
  const auto kind = std::to_integer<unsigned>(bytes[0]);
  const auto [offset, length] = range_from(state, bytes.subspan(1), kind % 2 == 0 || kind % 10 == 1);
  const change::Content content = [byte = bytes[6]](std::uint64_t, std::span<std::byte> out) {
    std::ranges::fill(out, byte);
  };
  switch (kind % 10) {
    case 0: return change::Write{offset, length, content};
    case 1: return change::WriteCompressed{offset, length, content};
    case 2: return change::WriteZeroes{offset, length};
    case 3: return change::Discard{offset, length};
    case 4: return change::Resize{load_big_endian<std::uint32_t>(bytes, 1) % disk_max};
    case 5: return change::SnapshotCreate{std::string(1, static_cast<char>('a' + kind / 10 % 4))};
    case 6: return change::SnapshotApply{std::string(1, static_cast<char>('a' + kind / 10 % 4))};
    case 7: return change::SnapshotDelete{std::string(1, static_cast<char>('a' + kind / 10 % 4))};
    case 8: return change::Rebase{};
    default: return change::Write{offset, length, content};
  }
}

/// What a write must leave: `byte` in the range, and all else as it was.
void judge_write(const change::State& state, const change::Write& step, std::byte byte, const Disk& before,
                 const Disk& after) {
  for (std::size_t i = 0; i < before.size(); ++i) {
    const std::uint64_t begin = i * state.cluster_size();
    for (std::size_t at = 0; before[i] && at < before[i]->size(); ++at) {
      const bool written = begin + at - step.offset.value < step.length;
      fuzz::require(after[i] && (*after[i])[at] == (written ? byte : (*before[i])[at]), "a write writes its bytes");
    }
  }
}

bool would_break_the_image(const Violation& refused) { return refused.detail.starts_with("the changed image would"); }

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < steps_max * step_length + 1 || size > (1 << 20)) return 0;
  const auto input = fuzz::bytes(data, size);
  const MemorySource source(input);
  const auto image = open_image(source);
  if (!image || image->header.virtual_size > disk_max) return 0;
  fuzz::MemoryStore copy(input);
  auto state = change::prepare(*image, copy, nullptr);
  if (!state) return 0;
  const std::size_t steps = std::to_integer<std::size_t>(input.back()) % steps_max + 1;
  for (std::size_t i = 0; i < steps; ++i) {
    const auto bytes = input.subspan(size - 1 - (i + 1) * step_length, step_length);
    const change::Step step = step_from(*state, bytes);
    const Disk before = read_disk(*state);
    if (auto taken = change::take(*state, step); !taken) {
      fuzz::require(!would_break_the_image(taken.error()), "a step keeps what always holds, or is refused before");
      return 0;
    }
    const Disk after = read_disk(*state);
    if (const auto* write = std::get_if<change::Write>(&step)) judge_write(*state, *write, bytes[6], before, after);
    const bool keeps_disk = std::holds_alternative<change::SnapshotCreate>(step) ||
                            std::holds_alternative<change::SnapshotDelete>(step) ||
                            std::holds_alternative<change::Rebase>(step);
    fuzz::require(!keeps_disk || before == after, "the disk is not touched");
  }
  return 0;
}
