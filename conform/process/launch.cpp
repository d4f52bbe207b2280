#include "process/launch.hpp"

#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstring>

#include "base/open_file.hpp"
#include "process/isolation.hpp"

namespace conform {
namespace {

// Processes and threads of all programs that run at a time; what a single program may have is watched (running.cpp).
constexpr std::uint64_t tasks_max = 4096;

/// What the child needs between fork and exec, made before the fork: there only system calls are safe.
struct Prepared {
  const Launch& request;
  std::vector<char*> argv;
  const char* directory;
  int failure;  // errno of a failed exec goes here
  const Isolation& isolation;
};

void limit(__rlimit_resource what, std::uint64_t value) {
  rlimit now{};
  ::getrlimit(what, &now);
  now.rlim_cur = std::min<rlim_t>(value, now.rlim_max);
  now.rlim_max = now.rlim_cur;
  ::setrlimit(what, &now);
}

[[noreturn]] void become(const Prepared& prepared) {
  ::setpgid(0, 0);
  const bool entered = enter(prepared.isolation);
  const int obstacle = errno;
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  ::dup2(prepared.request.input, STDIN_FILENO);
  ::dup2(prepared.request.output, STDOUT_FILENO);
  ::dup2(prepared.request.messages, STDERR_FILENO);
  limit(RLIMIT_CORE, 0);
  limit(RLIMIT_FSIZE, prepared.request.file_size);
  if (prepared.isolation.limits_processes) limit(RLIMIT_NPROC, tasks_max);
  for (int number : {SIGINT, SIGTERM, SIGPIPE, SIGXFSZ}) ::signal(number, SIG_DFL);
  sigset_t none;
  sigemptyset(&none);
  ::sigprocmask(SIG_SETMASK, &none, nullptr);
  if (entered && (*prepared.directory == '\0' || ::chdir(prepared.directory) == 0))
    ::execvp(prepared.argv[0], prepared.argv.data());
  const int error = entered ? errno : obstacle;
  [[maybe_unused]] const auto written = ::write(prepared.failure, &error, sizeof error);
  ::_exit(127);
}

}  // namespace

Result<pid_t> launch(const Launch& request) {
  static const bool adopts_orphans = ::prctl(PR_SET_CHILD_SUBREAPER, 1) == 0;
  static_cast<void>(adopts_orphans);
  auto failure = Pipe::make(0);
  if (!failure) return fail("pipe: {}", std::strerror(errno));
  Prepared prepared{request, {}, request.directory.c_str(), failure->write.get(), isolation()};
  for (const auto& word : request.argv) prepared.argv.push_back(const_cast<char*>(word.c_str()));
  prepared.argv.push_back(nullptr);

  const pid_t pid = ::fork();
  if (pid < 0) return fail("fork: {}", std::strerror(errno));
  if (pid == 0) become(prepared);
  ::setpgid(pid, pid);  // in both, so that neither has to wait for the other
  failure->write.close();
  int error = 0;
  if (::read(failure->read.get(), &error, sizeof error) != sizeof error) return pid;
  while (::waitpid(pid, nullptr, 0) < 0 && errno == EINTR) {
  }
  return fail("{}: {}", request.argv[0], std::strerror(error));
}

}  // namespace conform
