#include "process/prepared.hpp"

#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <string_view>

#include "process/view.hpp"

namespace conform {
namespace {

// Processes and threads of all programs that run at a time; what a single program may have is watched (running.cpp).
constexpr std::uint64_t tasks_max = 4096;

void limit(__rlimit_resource what, std::uint64_t value) {
  rlimit now{};
  ::getrlimit(what, &now);
  now.rlim_cur = std::min<rlim_t>(value, now.rlim_max);
  now.rlim_max = now.rlim_cur;
  ::setrlimit(what, &now);
}

}  // namespace

Prepared::Prepared(const Launch& the_request)
    : request(the_request), isolation(conform::isolation()), directory(the_request.directory.c_str()) {
  for (const auto& word : request.argv) argv.push_back(const_cast<char*>(word.c_str()));
  argv.push_back(nullptr);
  const bool redirects = !request.temporary.empty();
  if (redirects) temporary = "TMPDIR=" + request.temporary.string();
  for (char** variable = environ; *variable != nullptr; ++variable)
    if (!redirects || !std::string_view(*variable).starts_with("TMPDIR=")) environment.push_back(*variable);
  if (redirects) environment.push_back(temporary.data());
  environment.push_back(nullptr);
  for (const auto& folder : request.hidden) hidden.push_back(folder.c_str());
}

void give_up(const Prepared& prepared, int error) {
  [[maybe_unused]] const auto written = ::write(prepared.failure, &error, sizeof error);
  ::_exit(127);
}

void become(const Prepared& prepared) {
  ::setpgid(0, 0);
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
  if (*prepared.directory != '\0' && ::chdir(prepared.directory) != 0) give_up(prepared, errno);
  if (prepared.isolation.hides_folders() && !prepared.hidden.empty()) drop_ways_out();
  ::execvpe(prepared.argv[0], prepared.argv.data(), prepared.environment.data());
  give_up(prepared, errno);
}

}  // namespace conform
