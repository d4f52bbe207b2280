#include "process.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <fstream>

#include "launch.hpp"

namespace conform {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::size_t messages_kept = 4096;
constexpr std::chrono::milliseconds tick{50};    // how often memory and interruption are looked at
constexpr std::chrono::milliseconds grace{500};  // between SIGTERM and SIGKILL

std::atomic<int> caught_signal{0};

/// A program between its start and its end.
class Running {
 public:
  Running(pid_t pid, Clock::time_point begin, FileDescriptor messages, const ProcessLimits& limits)
      : pid_(pid),
        handle_(static_cast<int>(::syscall(SYS_pidfd_open, pid, 0))),
        messages_(std::move(messages)),
        limits_(limits),
        begin_(begin) {
    if (handle_.get() < 0) ::kill(-pid_, SIGKILL);  // out of file descriptors: it cannot be watched
  }

  ProcessReport finish() {
    watch();
    siginfo_t ignored;
    while (::waitid(P_PID, static_cast<id_t>(pid_), &ignored, WEXITED | WNOWAIT) != 0 && errno == EINTR) {
    }
    report_.duration = std::chrono::duration_cast<std::chrono::microseconds>(Clock::now() - begin_);
    ::kill(-pid_, SIGKILL);  // the leader is not reaped yet, so the group's number is still its own
    reap();
    drain();
    return std::move(report_);
  }

 private:
  /// Until the leader has ended, of itself or because it was made to.
  void watch() {
    const auto deadline = begin_ + limits_.time;
    while (!ended_within(std::min<Clock::duration>(tick, deadline - Clock::now()))) {
      if (caught_signal != 0) return stop(Ending::interrupted);
      if (Clock::now() >= deadline) return stop(Ending::timed_out);
      if (resident_memory(pid_) > limits_.memory) return stop(Ending::over_memory);
    }
  }

  bool ended_within(Clock::duration time) {
    const auto wait = std::max<std::int64_t>(0, std::chrono::ceil<std::chrono::milliseconds>(time).count());
    const auto until = Clock::now() + std::chrono::milliseconds(wait);
    do {
      const auto left = std::chrono::ceil<std::chrono::milliseconds>(until - Clock::now()).count();
      std::array<pollfd, 2> waiting{{{handle_.get(), POLLIN, 0}, {messages_.get(), POLLIN, 0}}};
      if (::poll(waiting.data(), waiting.size(), static_cast<int>(std::max<std::int64_t>(0, left))) < 0) return false;
      if (waiting[1].revents != 0 && !drain()) messages_.close();
      if (waiting[0].revents != 0 || handle_.get() < 0) return true;
    } while (Clock::now() < until);
    return false;
  }

  void stop(Ending why) {
    forced_ = why;
    ::kill(-pid_, SIGTERM);
    if (!ended_within(grace)) ::kill(-pid_, SIGKILL);
  }

  /// Keeps the first bytes, drops the others; false at the end of the stream.
  bool drain() {
    std::array<char, 16384> buffer;
    for (int rounds = 0; rounds < 64; ++rounds) {
      const ssize_t got = ::read(messages_.get(), buffer.data(), buffer.size());
      if (got == 0) return false;
      if (got < 0) return errno == EAGAIN || errno == EINTR;
      const std::size_t room = messages_kept - report_.messages.size();
      report_.messages.append(buffer.data(), std::min(room, static_cast<std::size_t>(got)));
    }
    return true;
  }

  /// The leader, then whoever of its group became our child when it ended (we are a subreaper).
  void reap() {
    int status = 0;
    rusage used{};
    while (::wait4(pid_, &status, 0, &used) < 0 && errno == EINTR) {
    }
    report_.peak_memory = static_cast<std::uint64_t>(used.ru_maxrss) * 1024;
    pid_t orphan = 0;
    while ((orphan = ::waitpid(-pid_, nullptr, 0)) > 0 || (orphan < 0 && errno == EINTR))
      if (orphan > 0) report_.left_children = true;

    if (forced_) {
      report_.ending = *forced_;
    } else if (WIFSIGNALED(status)) {
      report_.ending = WTERMSIG(status) == SIGXFSZ ? Ending::over_output : Ending::signalled;
    } else {
      report_.ending = Ending::exited;
    }
    if (WIFSIGNALED(status)) report_.signal = WTERMSIG(status);
    if (WIFEXITED(status)) report_.exit = WEXITSTATUS(status);
  }

  pid_t pid_;
  FileDescriptor handle_;
  FileDescriptor messages_;
  ProcessLimits limits_;
  Clock::time_point begin_;
  std::optional<Ending> forced_;
  ProcessReport report_;
};

ProcessReport not_started(const std::string& why) {
  ProcessReport report;
  report.messages = why;
  return report;
}

/// One line a call that failed: the user's machine, not the program, is at fault.
ProcessReport no_resources(const char* what) { return not_started(std::string(what) + ": " + std::strerror(errno)); }

}  // namespace

std::string first_line(const ProcessReport& report) {
  constexpr std::size_t length_max = 300;
  const auto& text = report.messages;
  const auto begin = std::min(text.find_first_not_of("\r\n\t "), text.size());
  const auto end = std::min({text.find_first_of("\r\n", begin), text.size(), begin + length_max});
  std::string line = text.substr(begin, end - begin);
  for (char& c : line)
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) c = ' ';
  return line;
}

ProcessReport run_process(const ProcessRequest& request) {
  if (caught_signal != 0) {
    auto report = not_started("interrupted");
    report.ending = Ending::interrupted;
    return report;
  }

  auto messages = Pipe::make(O_NONBLOCK);
  const FileDescriptor input(::open("/dev/null", O_RDONLY | O_CLOEXEC));
  if (!messages || input.get() < 0) return no_resources("pipe");
  ::fcntl(messages->write.get(), F_SETFL, 0);  // only our end does not block
  FileDescriptor output;
  if (request.standard_output) {
    output = FileDescriptor(::open(request.standard_output->c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644));
    if (output.get() < 0) return no_resources("output");
  }

  const auto begin = Clock::now();
  const auto pid = launch({request.argv, request.directory, input.get(),
                           request.standard_output ? output.get() : messages->write.get(), messages->write.get(),
                           request.limits.file_size});
  if (!pid) return not_started(pid.error().message);
  messages->write.close();
  return Running(*pid, begin, std::move(messages->read), request.limits).finish();
}

void kill_escaped_children() {
  std::error_code error;
  for (const auto& task : std::filesystem::directory_iterator("/proc/self/task", error)) {
    std::ifstream children(task.path() / "children");
    for (pid_t pid = 0; children >> pid;) {
      ::kill(pid, SIGKILL);
      ::waitpid(pid, nullptr, 0);
    }
  }
}

void stop_on_signals() {
  struct sigaction action {};
  action.sa_handler = [](int number) { caught_signal = number; };
  action.sa_flags = static_cast<int>(SA_RESETHAND);  // a second one ends us at once
  for (int number : {SIGINT, SIGTERM, SIGHUP}) {
    struct sigaction before {};
    ::sigaction(number, nullptr, &before);
    if (before.sa_handler != SIG_IGN) ::sigaction(number, &action, nullptr);  // nohup stays nohup
  }
}

int stopping_signal() { return caught_signal; }

}  // namespace conform
