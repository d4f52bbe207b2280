#include "process/process.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "process/launch.hpp"
#include "process/running.hpp"
#include "process/signals.hpp"

namespace conform {
namespace {

ProcessReport not_started(const std::string& why) {
  ProcessReport report;
  report.messages = why;
  return report;
}

/// One line a call that failed: the user's machine, not the program, is at fault.
ProcessReport no_resources(const char* what) { return not_started(std::string(what) + ": " + std::strerror(errno)); }

}  // namespace

ProcessReport run_process(const ProcessRequest& request) {
  if (stopping_signal() != 0) {
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
  auto launched = launch({
      .argv = request.argv,
      .directory = request.directory,
      .input = input.get(),
      .output = request.standard_output ? output.get() : messages->write.get(),
      .messages = messages->write.get(),
      .file_size = request.limits.file_size,
      .hidden = request.limits.hidden,
      .temporary = request.limits.temporary,
  });
  if (!launched) return not_started(launched.error().message);
  messages->write.close();
  Running running(std::move(*launched), std::move(messages->read));
  running.watch({request.limits, begin});
  const auto duration = Running::Clock::now() - begin;
  auto report = running.reap();
  report.duration = std::chrono::duration_cast<std::chrono::microseconds>(duration);
  return report;
}

}  // namespace conform
