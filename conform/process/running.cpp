#include "process/running.hpp"

#include <poll.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>

#include "process/group.hpp"
#include "process/signals.hpp"

namespace conform {
namespace {

constexpr std::size_t messages_kept = 4096;
constexpr std::size_t stopped_max = 10000;       // processes that left their group
constexpr std::chrono::milliseconds tick{50};    // how often limits and interruption are looked at
constexpr std::chrono::milliseconds grace{500};  // between SIGTERM and SIGKILL

bool longer_than(const std::filesystem::path& file, std::uint64_t size) {
  std::error_code error;
  return !file.empty() && std::filesystem::is_regular_file(file, error) &&
         std::filesystem::file_size(file, error) > size && !error;
}

std::optional<Ending> reason_to_stop(const Running& running, const Running::Watch& watch) {
  if (stopping_signal() != 0) return Ending::interrupted;
  if (Running::Clock::now() >= watch.begin + watch.limits.time) return Ending::timed_out;
  const auto processes = members(running.pid(), watch.limits.processes + 1);
  if (processes.size() > watch.limits.processes) return Ending::over_processes;
  if (largest_resident(processes) > watch.limits.memory) return Ending::over_memory;
  if (longer_than(watch.output, watch.limits.file_size)) return Ending::over_output;
  return std::nullopt;
}

}  // namespace

Running::Running(pid_t pid, FileDescriptor messages)
    : pid_(pid), handle_(static_cast<int>(::syscall(SYS_pidfd_open, pid, 0))), messages_(std::move(messages)) {
  if (handle_.get() < 0) ::kill(-pid_, SIGKILL);  // out of file descriptors: it cannot be watched
}

Running::~Running() {
  if (reaped_) return;
  ::kill(-pid_, SIGKILL);
  reap();
}

Running::Event Running::watch(const Watch& watch) {
  for (;;) {
    const auto left = watch.begin + watch.limits.time - Clock::now();
    if (const auto event = wait(std::min<Clock::duration>(tick, left), watch.also)) return *event;
    if (const auto why = reason_to_stop(*this, watch)) {
      stop(*why);
      return Event::ended;
    }
  }
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
  for (pid_t pid : members(pid_, stopped_max))
    if (::getpgid(pid) != pid_) ::kill(pid, SIGKILL);  // it left the group, which the next signals are for
  ::kill(-pid_, SIGTERM);
  if (!ended_within(grace)) ::kill(-pid_, SIGKILL);
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
  ProcessReport report;
  siginfo_t ignored;
  while (::waitid(P_PID, static_cast<id_t>(pid_), &ignored, WEXITED | WNOWAIT) != 0 && errno == EINTR) {
  }
  ::kill(-pid_, SIGKILL);  // the leader is not reaped yet, so the group's number is still its own
  int status = 0;
  rusage used{};
  while (::wait4(pid_, &status, 0, &used) < 0 && errno == EINTR) {
  }
  reaped_ = true;
  report.peak_memory = static_cast<std::uint64_t>(used.ru_maxrss) * 1024;
  // Whoever of its group became our child when it ended.
  pid_t orphan = 0;
  while ((orphan = ::waitpid(-pid_, nullptr, 0)) > 0 || (orphan < 0 && errno == EINTR))
    if (orphan > 0) report.left_children = true;

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
