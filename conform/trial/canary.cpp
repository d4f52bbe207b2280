#include "trial/canary.hpp"

#include <fcntl.h>
#include <sys/random.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>

#include "corpus/guest_map.hpp"
#include "trial/observation.hpp"
#include "verdict/comparison.hpp"

namespace conform {
namespace fs = std::filesystem;
namespace {

enum class Kind { good, bad_magic, unknown_bit };
constexpr std::array kinds{Kind::good, Kind::bad_magic, Kind::unknown_bit};

const char* file_of(Kind kind) {
  switch (kind) {
    case Kind::good: return "good.qcow2";
    case Kind::bad_magic: return "bad-magic.qcow2";
    case Kind::unknown_bit: return "unknown-bit.qcow2";
  }
  return "";
}

Result<void> write_at(int file, std::span<const std::byte> bytes, std::uint64_t offset) {
  while (!bytes.empty()) {
    const ssize_t wrote = ::pwrite(file, bytes.data(), bytes.size(), static_cast<off_t>(offset));
    if (wrote < 0 && errno == EINTR) continue;
    if (wrote <= 0) return fail("canary: {}", std::strerror(errno));
    bytes = bytes.subspan(static_cast<std::size_t>(wrote));
    offset += static_cast<std::uint64_t>(wrote);
  }
  return {};
}

Result<void> fill_randomly(std::span<std::byte> bytes) {
  while (!bytes.empty()) {
    const ssize_t got = ::getrandom(bytes.data(), bytes.size(), 0);
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return fail("getrandom: {}", std::strerror(errno));
    bytes = bytes.subspan(static_cast<std::size_t>(got));
  }
  return {};
}

/// A canary with new content: the image, and the guest disk that a right read gives.
struct Bird {
  fs::path image, guest;
  std::uint64_t virtual_size = 0;
};

Result<Bird> hatch(const Bench& bench, Kind kind, const fs::path& folder) {
  const auto map = load_guest_map(bench.corpus.canary("good.json"));
  if (!map) return tl::unexpected(map.error());
  Bird bird{folder / random_name(), folder / random_name(), map->virtual_size};
  if (auto copied = sparse_copy(bench.corpus.canary(file_of(kind)), bird.image); !copied)
    return tl::unexpected(copied.error());
  const FileDescriptor image(::open(bird.image.c_str(), O_WRONLY | O_CLOEXEC));
  const FileDescriptor guest(::open(bird.guest.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
  if (image.get() < 0 || guest.get() < 0 || ::ftruncate(guest.get(), static_cast<off_t>(map->virtual_size)) != 0)
    return fail("canary: {}", std::strerror(errno));
  for (const auto& extent : map->extents) {
    if (extent.kind != "standard" || !extent.host_offset) continue;
    std::vector<std::byte> bytes(extent.length);
    if (auto filled = fill_randomly(bytes); !filled) return tl::unexpected(filled.error());
    if (auto written = write_at(image.get(), bytes, *extent.host_offset); !written)
      return tl::unexpected(written.error());
    const auto visible = std::span(bytes).first(std::min(extent.length, map->virtual_size - extent.offset));
    if (auto written = write_at(guest.get(), visible, extent.offset); !written) return tl::unexpected(written.error());
  }
  return bird;
}

/// A range that begins and ends anywhere, for read-range.
Operation question(Op op, std::uint64_t virtual_size) {
  Operation operation{op, 0, 0, 0, {}};
  if (op != Op::read_range) return operation;
  std::array<std::uint64_t, 2> dice{};
  if (!fill_randomly(std::as_writable_bytes(std::span(dice)))) return operation;
  operation.offset = dice[0] % (virtual_size / 2);
  operation.length = 1 + dice[1] % (virtual_size / 2);
  return operation;
}

/// Whether what was accepted is what the image holds; a text says what is wrong.
std::string judge_data(const Bird& bird, const Operation& operation, const Observation& observation) {
  std::error_code error;
  if (fs::file_size(observation.output, error) == 0 || error) return "accepted, and left no output";
  const auto got = OpenFile::open(observation.output);
  const auto guest = OpenFile::open(bird.guest);
  if (!got || !guest) return "its output cannot be read";
  const std::uint64_t length = operation.op == Op::read ? guest->size() : operation.length;
  const auto differs = first_difference(*guest, operation.offset, length, *got);
  if (!differs) return differs.error().message;
  if (!*differs) return {};
  return fmt::format("accepted, and gave other bytes from guest {:#x} on ({} bytes instead of {})", (*differs)->offset,
                     got->size(), length);
}

void judge_answer(Kind kind, const Bird& bird, const Operation& operation, const Observation& observation,
                  CanaryAnswers& answers) {
  const std::string where = fmt::format("canary {}, {}: ", file_of(kind), name(operation.op));
  if (observation.failure == Status::harness_error) {
    answers.wrong = where + observation.detail;
  } else if (observation.failure) {
    answers.remarks.push_back(fmt::format("{}{}, {}", where, name(*observation.failure), observation.detail));
  } else {
    const Answer answer = *observation.answer;
    const bool takes = answer == Answer::accept || answer == Answer::clean || answer == Answer::leaks;
    std::string wrong_data = answer == Answer::accept ? judge_data(bird, operation, observation) : std::string();
    if (!wrong_data.empty() && kind != Kind::bad_magic)
      answers.wrong = where + wrong_data;
    else if (kind == Kind::good && answer != Answer::accept && answer != Answer::clean)
      answers.wrong = fmt::format("{}a plain image is answered with {}; it said: {}", where, name(answer),
                                  first_line(observation.process));
    else if (kind == Kind::bad_magic && takes)
      answers.wrong = fmt::format("{}a file with a wrong magic is answered with {}", where, name(answer));
    else if (kind == Kind::unknown_bit && takes)
      answers.remarks.push_back(where + "an unknown incompatible feature bit is ignored");
  }
}

Result<void> ask(const Bench& bench, const Implementation& implementation, Kind kind, Op op, CanaryAnswers& answers) {
  const auto folder = bench.work.hidden() / random_name();
  std::error_code error;
  fs::create_directory(folder, error);
  const auto bird = hatch(bench, kind, folder);
  if (!bird) return tl::unexpected(bird.error());
  const auto copy = ImageCopy::make(bench.work.root(), {bird->image, "", {}}, {});
  if (!copy) return tl::unexpected(copy.error());
  const Operation operation = question(op, bird->virtual_size);
  const auto observation = observe(implementation, operation, *copy, {bench.limits, bird->virtual_size, {}});
  judge_answer(kind, *bird, operation, observation, answers);
  fs::remove_all(folder, error);
  return {};
}

}  // namespace

CanaryAnswers ask_canaries(const Bench& bench, const Implementation& implementation) {
  CanaryAnswers answers;
  for (Kind kind : kinds)
    for (const auto& [op, command] : implementation.commands) {
      if (op == Op::write || op == Op::modify) continue;
      if (auto asked = ask(bench, implementation, kind, op, answers); !asked) answers.wrong = asked.error().message;
      if (!answers.wrong.empty()) return answers;
    }
  return answers;
}

}  // namespace conform
