#include "process/running.hpp"

#include <poll.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <thread>

#include "process/group.hpp"
#include "process/isolation.hpp"
#include "process/keeper.hpp"
#include "process/keepers.hpp"
#include "process/signals.hpp"

namespace conform {
namespace {

constexpr std::size_t messages_kept = 4096;
constexpr std::size_t stopped_max = 10000;       // processes that get SIGTERM
constexpr std::chrono::milliseconds tick{50};    // how often limits and interruption are looked at
constexpr std::chrono::milliseconds grace{500};  // between SIGTERM and SIGKILL
constexpr std::chrono::seconds patience{5};      // for a keeper that was told to end

bool longer_than(const std::filesystem::path& file, std::uint64_t size) {
  std::error_code error;
  return !file.empty() && std::filesystem::is_regular_file(file, error) &&
         std::filesystem::file_size(file, error) > size && !error;
}

/// What hangs in the kernel may not hold us up.
void reap_within(pid_t pid, Running::Clock::duration time) {
  const auto deadline = Running::Clock::now() + time;
  for (;;) {
    const pid_t ended = ::waitpid(pid, nullptr, WNOHANG);
    if (ended == pid || (ended < 0 && errno != EINTR) || Running::Clock::now() >= deadline) return;
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
}

}  // namespace

Running::Running(Launched launched, FileDescriptor messages)
    : keeper_(launched.keeper),
      account_(std::move(launched.account)),
      handle_(static_cast<int>(::syscall(SYS_pidfd_open, keeper_, 0))),
      messages_(std::move(messages)) {
  if (handle_.get() < 0) end();  // out of file descriptors: it cannot be watched
}

Running::~Running() {
  if (!reaped_) reap();
}

pid_t Running::program() const {
  const auto first = members(keeper_, 1);
  return first.empty() ? 0 : first[0];
}

Running::Event Running::watch(const Watch& watch) {
  for (;;) {
    const auto left = watch.begin + watch.limits.time - Clock::now();
    if (const auto event = wait(std::min<Clock::duration>(tick, left), watch.also)) return *event;
    if (const auto why = reason_to_stop(watch)) {
      stop(*why);
      return Event::ended;
    }
  }
}

std::optional<Ending> Running::reason_to_stop(const Watch& watch) {
  if (stopping_signal() != 0) return Ending::interrupted;
  if (Clock::now() >= watch.begin + watch.limits.time) return Ending::timed_out;
  const auto processes = members(keeper_, watch.limits.processes + 1);
  if (processes.size() > watch.limits.processes) return Ending::over_processes;
  const auto resident = largest_resident(processes);
  seen_resident_ = std::max(seen_resident_, resident);
  if (resident > watch.limits.memory) return Ending::over_memory;
  if (longer_than(watch.output, watch.limits.file_size)) return Ending::over_output;
  return std::nullopt;
}

std::optional<Running::Event> Running::wait(Clock::duration time, int also) {
  const auto wait = std::max<std::int64_t>(0, std::chrono::ceil<std::chrono::milliseconds>(time).count());
  const auto deadline = Clock::now() + std::chrono::milliseconds(wait);
  do {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - Clock::now()).count();
    std::array<pollfd, 3> waiting{{{handle_.get(), POLLIN, 0}, {messages_.get(), POLLIN, 0}, {also, POLLIN, 0}}};
    if (::poll(waiting.data(), waiting.size(), static_cast<int>(std::max<std::int64_t>(0, left))) < 0)
      return std::nullopt;
    if (waiting[1].revents != 0 && !drain()) messages_.close();
    if (waiting[2].revents != 0) return Event::readable;
    if (waiting[0].revents != 0 || handle_.get() < 0) return Event::ended;
  } while (Clock::now() < deadline);
  return std::nullopt;
}

void Running::stop(Ending why) {
  forced_ = why;
  for (pid_t pid : members(keeper_, stopped_max)) ::kill(pid, SIGTERM);
  if (!ended_within(grace)) end();
}

/// By the kernel, with the keeper; where that has no name space, by the keeper, which something may have stopped.
void Running::end() {
  if (!isolation().ends_processes()) {
    ::kill(keeper_, SIGTERM);
    ::kill(keeper_, SIGCONT);
    if (handle_.get() >= 0 && ended_within(patience)) return;
  }
  ::kill(keeper_, SIGKILL);
}

bool Running::drain() {
  std::array<char, 16384> buffer;
  for (int rounds = 0; rounds < 64; ++rounds) {
    const ssize_t got = ::read(messages_.get(), buffer.data(), buffer.size());
    if (got == 0) return false;
    if (got < 0) return errno == EAGAIN || errno == EINTR;
    said_.append(buffer.data(), std::min(messages_kept - said_.size(), static_cast<std::size_t>(got)));
  }
  return true;
}

std::string Running::take_messages() {
  drain();
  return std::exchange(said_, {});
}

ProcessReport Running::reap() {
  if (handle_.get() >= 0 && !ended_within(Clock::duration{0})) end();
  reaped_ = true;
  reap_within(keeper_, patience);
  Keepers::all().remove(keeper_);
  ProcessReport report;
  Account account;
  account.status = SIGKILL;  // where it came to none
  const bool told = ::read(account_.get(), &account, sizeof account) == sizeof account;
  if (!told && !isolation().ends_processes()) Keepers::all().end_strays();
  // The kernel adds up what is resident by and by: its peak can be less than what was seen.
  report.peak_memory = std::max(static_cast<std::uint64_t>(account.peak_memory) * 1024, seen_resident_);
  report.left_children = account.left_children;
  const int status = account.status;
  if (forced_) {
    report.ending = *forced_;
  } else if (WIFSIGNALED(status)) {
    report.ending = WTERMSIG(status) == SIGXFSZ ? Ending::over_output : Ending::signalled;
  } else {
    report.ending = Ending::exited;
  }
  if (WIFSIGNALED(status)) report.signal = WTERMSIG(status);
  if (WIFEXITED(status)) report.exit = WEXITSTATUS(status);
  report.messages = take_messages();
  return report;
}

}  // namespace conform
