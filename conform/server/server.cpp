#include "server/server.hpp"

#include <fcntl.h>
#include <sys/stat.h>

#include <cerrno>
#include <csignal>
#include <cstring>

#include "process/launch.hpp"

namespace conform {
namespace {

constexpr std::chrono::seconds patience{10};  // between SIGTERM and SIGKILL: it may have much to write back

}  // namespace

Result<std::unique_ptr<Server>> Server::start(const ServerRequest& request, const ProcessLimits& limits) {
  if (request.socket.native().size() > socket_path_max)
    return fail("{}: too long for a socket's name; use a shorter TMPDIR", request.socket.string());
  auto messages = Pipe::make(0);
  const FileDescriptor input(::open("/dev/null", O_RDONLY | O_CLOEXEC));
  if (!messages || input.get() < 0) return fail("pipe: {}", std::strerror(errno));
  ::fcntl(messages->read.get(), F_SETFL, O_NONBLOCK);
  auto launched = launch({
      .argv = request.argv,
      .directory = request.directory,
      .input = input.get(),
      .output = messages->write.get(),
      .messages = messages->write.get(),
      .file_size = limits.file_size,
      .hidden = limits.hidden,
      .temporary = limits.temporary,
  });
  if (!launched) return tl::unexpected(launched.error());
  return std::make_unique<Server>(std::make_unique<Running>(std::move(*launched), std::move(messages->read)),
                                  request.socket);
}

Server::~Server() {
  running_.reset();
  std::error_code ignored;
  std::filesystem::remove(socket_, ignored);
}

bool Server::has_socket() const {
  struct stat status = {};
  return ::stat(socket_.c_str(), &status) == 0 && S_ISSOCK(status.st_mode);
}

ProcessReport Server::shut_down() {
  if (const pid_t program = running_->program(); program != 0) ::kill(program, SIGTERM);
  if (!running_->ended_within(patience)) running_->stop(Ending::timed_out);
  auto report = running_->reap();
  if (report.ending == Ending::signalled && report.signal == SIGTERM) report.ending = Ending::exited;
  return report;
}

ProcessReport Server::kill() {
  if (const pid_t program = running_->program(); program != 0) ::kill(program, SIGKILL);
  running_->ended_within(patience);
  return running_->reap();
}

}  // namespace conform
