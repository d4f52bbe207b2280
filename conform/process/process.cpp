#include "process/process.hpp"

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <fstream>

#include "process/launch.hpp"
#include "process/running.hpp"

namespace conform {
namespace {

std::atomic<int> caught_signal{0};

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

  const auto begin = Running::Clock::now();
  const auto pid = launch({request.argv, request.directory, input.get(),
                           request.standard_output ? output.get() : messages->write.get(), messages->write.get(),
                           request.limits.file_size});
  if (!pid) return not_started(pid.error().message);
  messages->write.close();
  Running running(*pid, std::move(messages->read));
  running.watch({request.limits, begin});
  const auto duration = Running::Clock::now() - begin;
  auto report = running.reap();
  report.duration = std::chrono::duration_cast<std::chrono::microseconds>(duration);
  return report;
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
  struct sigaction action = {};
  action.sa_handler = [](int number) { caught_signal = number; };
  action.sa_flags = static_cast<int>(SA_RESETHAND);  // a second one ends us at once
  for (int number : {SIGINT, SIGTERM, SIGHUP}) {
    struct sigaction before = {};
    ::sigaction(number, nullptr, &before);
    if (before.sa_handler != SIG_IGN) ::sigaction(number, &action, nullptr);  // nohup stays nohup
  }
}

int stopping_signal() { return caught_signal; }

}  // namespace conform
