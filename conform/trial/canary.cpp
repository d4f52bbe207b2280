#include "trial/canary.hpp"

#include <fcntl.h>
#include <sys/random.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>

#include "corpus/guest_map.hpp"
#include "trial/custody.hpp"
#include "trial/observation.hpp"
#include "trial/served.hpp"
#include "verdict/comparison.hpp"
#include "verdict/map_faults.hpp"

namespace conform {
namespace fs = std::filesystem;
namespace {

struct Canary {
  const char* name;
  const char* disk;  // the map of its guest disk
  bool is_good;      // it must be read; the others must be refused
  const char* what;
};

constexpr Canary canaries[] = {
    {"good", "good", true, "a plain image of version 3 with unallocated clusters"},
    {"no-holes", "no-holes", true, "a plain image of version 3 without unallocated clusters"},
    {"version-2", "version-2", true, "a plain image of version 2 without unallocated clusters"},
    {"bad-magic", "good", false, "a file with a wrong magic"},
    {"unknown-bit", "good", false, "an image with an unknown incompatible feature bit"},
};

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
  GuestMap map;
};

Result<Bird> hatch(const Bench& bench, const Canary& canary, const fs::path& folder) {
  auto map = load_guest_map(bench.corpus.canary(fmt::format("{}.json", canary.disk)));
  if (!map) return tl::unexpected(map.error());
  Bird bird{folder / random_name(), folder / random_name(), std::move(*map)};
  if (auto copied = sparse_copy(bench.corpus.canary(fmt::format("{}.qcow2", canary.name)), bird.image); !copied)
    return tl::unexpected(copied.error());
  const FileDescriptor image(::open(bird.image.c_str(), O_WRONLY | O_CLOEXEC));
  const FileDescriptor guest(::open(bird.guest.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
  if (image.get() < 0 || guest.get() < 0 || ::ftruncate(guest.get(), static_cast<off_t>(bird.map.virtual_size)) != 0)
    return fail("canary: {}", std::strerror(errno));
  for (const auto& extent : bird.map.extents) {
    if (extent.kind != "standard" || !extent.host_offset) continue;
    std::vector<std::byte> bytes(extent.length);
    if (auto filled = fill_randomly(bytes); !filled) return tl::unexpected(filled.error());
    if (auto written = write_at(image.get(), bytes, *extent.host_offset); !written)
      return tl::unexpected(written.error());
    const auto visible = std::span(bytes).first(std::min(extent.length, bird.map.virtual_size - extent.offset));
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

/// An answer to a canary, as far as it can be told from the answer to another.
enum class Said { right_bytes, other_bytes, yes, no, nothing, not_offered, failure_of_ours };

struct CanaryAnswer {
  Said said;
  std::string words;  // "reject; it said: …"
};

/// What is wrong with the bytes that were given; empty: nothing.
std::string compare_bytes(const Bird& bird, const Operation& operation, const Observation& observation) {
  std::error_code error;
  if (fs::file_size(observation.output, error) == 0 || error) return "accept, without any output";
  const auto got = OpenFile::open(observation.output);
  const auto guest = OpenFile::open(bird.guest);
  if (!got || !guest) return "accept, with output that cannot be read";
  const std::uint64_t length = operation.op == Op::read ? guest->size() : operation.length;
  const auto differs = first_difference(*guest, operation.offset, length, *got);
  if (!differs) return differs.error().message;
  if (!*differs) return {};
  return fmt::format("accept, with other bytes from guest {:#x} on ({} bytes instead of {})", (*differs)->offset,
                     got->size(), length);
}

/// What is wrong with the map that was given; empty: nothing.
std::string compare_map(const Bird& bird, const Observation& observation) {
  const auto said = load_map_extents(observation.output);
  if (!said) return fmt::format("accept, but its output is not a map: {}", said.error().message);
  const auto guest = OpenFile::open(bird.guest);
  if (!guest) return guest.error().message;
  const auto faults = faults_of_map(*said, *guest, bird.map);
  if (!faults) return faults.error().message;
  return faults->empty() ? std::string() : fmt::format("accept, with a wrong map: {}", (*faults)[0]);
}

CanaryAnswer understand(const Bird& bird, const Operation& operation, const Observation& observation) {
  if (observation.failure == Status::harness_error) return {Said::failure_of_ours, observation.detail};
  if (observation.failure == Status::unsupported) return {Said::not_offered, observation.detail};
  if (observation.failure)
    return {Said::nothing, fmt::format("{}, {}", name(*observation.failure), observation.detail)};
  const Answer answer = *observation.answer;
  if (answer == Answer::accept) {
    const auto wrong =
        operation.op == Op::map ? compare_map(bird, observation) : compare_bytes(bird, operation, observation);
    return wrong.empty() ? CanaryAnswer{Said::right_bytes, "accept"} : CanaryAnswer{Said::other_bytes, wrong};
  }
  if (answer == Answer::clean || answer == Answer::leaks) return {Said::yes, std::string(name(answer))};
  const auto line = first_line(observation.process);
  return {Said::no, fmt::format("{}{}", name(answer), line.empty() ? "" : "; it said: " + line)};
}

CanaryAnswer ask(const Bench& bench, const Implementation& implementation, const Bird& bird, const ImageCopy& copy,
                 Op op) {
  const Operation operation = question(op, bird.map.virtual_size);
  const auto observation = observe(implementation, operation, copy, {bench.limits, bird.map.virtual_size, {}});
  auto answer = understand(bird, operation, observation);
  remove_tree(observation.output);
  return answer;
}

/// What the operations of an implementation say of one canary.
using Answers = std::map<Op, CanaryAnswer>;

/// One server answers all of them.
Result<Answers> ask_all(const Bench& bench, const Implementation& implementation, const Canary& canary,
                        const std::vector<Op>& asked) {
  const auto folder = bench.work.hidden() / random_name();
  std::error_code error;
  fs::create_directory(folder, error);
  const auto bird = hatch(bench, canary, folder);
  if (!bird) return tl::unexpected(bird.error());
  const auto copy = ImageCopy::make(bench.work.root(), {bird->image, "", {}}, {});
  if (!copy) return tl::unexpected(copy.error());
  Answers answers;
  for (const Op op : asked) answers.emplace(op, ask(bench, implementation, *bird, *copy, op));
  stop_serving();
  fs::remove_all(folder, error);
  return answers;
}

/// Those that canaries are asked for.
std::vector<Op> asked_of(const Implementation& implementation) {
  std::vector<Op> asked;
  for (const auto& [op, command] : implementation.commands)
    if (op == Op::read || op == Op::read_range || op == Op::map || op == Op::check) asked.push_back(op);
  return asked;
}

/// What an operation said of all canaries, in their order.
using CanarySong = std::vector<CanaryAnswer>;

/// How all answers are alike; empty: they are not.
std::string likeness(const CanarySong& answers) {
  const auto every = [&](Said said) {
    return std::all_of(answers.begin(), answers.end(), [&](const CanaryAnswer& one) { return one.said == said; });
  };
  if (every(Said::failure_of_ours)) return answers[0].words;
  if (every(Said::no)) return fmt::format("it refuses all canaries, even {}: {}", canaries[0].what, answers[0].words);
  if (every(Said::yes))
    return fmt::format("it answers {} to all canaries, even to {}", answers[0].words, canaries[3].what);
  if (every(Said::other_bytes))
    return fmt::format("it accepts all canaries and gets none right; {}: {}", canaries[0].what, answers[0].words);
  return {};
}

void remark(Op op, const CanarySong& answers, std::vector<std::string>& remarks) {
  for (std::size_t i = 0; i < answers.size(); ++i) {
    const auto& [said, words] = answers[i];
    const bool right = canaries[i].is_good ? said == Said::right_bytes || said == Said::yes : said == Said::no;
    if (!right && said != Said::not_offered)  // the cases say so
      remarks.push_back(
          fmt::format("canary {}, {}: {} is answered with {}", canaries[i].name, name(op), canaries[i].what, words));
  }
}

}  // namespace

CanaryAnswers ask_canaries(const Bench& bench, const Implementation& implementation) {
  const auto asked = asked_of(implementation);
  std::map<Op, CanarySong> songs;
  for (const auto& canary : canaries) {
    const auto answers = ask_all(bench, implementation, canary, asked);
    for (const Op op : asked)
      songs[op].push_back(answers ? answers->at(op) : CanaryAnswer{Said::failure_of_ours, answers.error().message});
  }
  CanaryAnswers found;
  for (const auto& [op, answers] : songs)
    if (auto alike = likeness(answers); !alike.empty())
      found.stopped[op] = std::move(alike);
    else
      remark(op, answers, found.remarks);
  return found;
}

}  // namespace conform
