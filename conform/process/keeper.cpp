#include "process/keeper.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>

#include "process/view.hpp"

namespace conform {
namespace {

/// All that the keeper heeds; blocked, and taken when it waits.
sigset_t heeded() {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGCHLD);
  sigaddset(&signals, SIGTERM);
  return signals;
}

/// Whether nobody is there any more to whom an account could be given.
bool abandoned(const Prepared& prepared) {
  pollfd reader{prepared.account, 0, 0};
  return ::poll(&reader, 1, 0) == 1 && (reader.revents & POLLERR) != 0;
}

/// Before the program is there.
void take_post(const Prepared& prepared) {
  ::close(prepared.accounts_reader);
  ::setpgid(0, 0);  // what the terminal sends is for others
  ::signal(SIGCHLD, SIG_DFL);
  const auto signals = heeded();
  ::sigprocmask(SIG_SETMASK, &signals, nullptr);
  ::prctl(PR_SET_CHILD_SUBREAPER, 1);
  ::prctl(PR_SET_PDEATHSIG, prepared.isolation.ends_processes() ? SIGKILL : SIGTERM);
  if (abandoned(prepared)) ::_exit(0);
}

bool hide(const Prepared& prepared) {
  if (!prepared.isolation.hides_folders()) return true;
  return keep_mounts_to_ourselves() && (!prepared.isolation.own_proc || mount_proc()) &&
         std::all_of(prepared.hidden.begin(), prepared.hidden.end(), cover);
}

/// A copy of this process would take longer to make than the program to start.
pid_t start_program(const Prepared& prepared) {
  const pid_t program = ::vfork();  // NOLINT(clang-analyzer-security.insecureAPI.vfork)
  if (program == 0) become(prepared);
  return program;
}

/// Whoever waits for the end of a pipe or a file must not have to wait for us.
void close_all_but(int kept) {
  const auto number = static_cast<unsigned>(kept);
  if ((number == 0 || ::close_range(0, number - 1, 0) == 0) && ::close_range(number + 1, ~0U, 0) == 0) return;
  for (int other = 0; other < 1024; ++other)
    if (other != kept) ::close(other);
}

/// Until the program has ended, or SIGTERM has come.
void stand_over(pid_t program, Account& account) {
  const auto signals = heeded();
  for (;;) {
    int status = 0;
    rusage used{};
    const pid_t ended = ::wait4(-1, &status, WNOHANG, &used);
    if (ended == program) {
      account.status = status;
      account.peak_memory = used.ru_maxrss;
      return;
    }
    if (ended == 0 && ::sigwaitinfo(&signals, nullptr) == SIGTERM) return;
  }
}

/// Reaps what has ended; whether there is more.
bool reap_some(pid_t program, Account& account) {
  for (;;) {
    int status = 0;
    rusage used{};
    const pid_t ended = ::wait4(-1, &status, WNOHANG, &used);
    if (ended <= 0) return ended == 0;
    if (ended != program) continue;
    account.status = status;
    account.peak_memory = used.ru_maxrss;
  }
}

/// Those of the calling process, orphans that became its own among them.
void kill_children() {
  std::array<char, 4096> text{};
  const int list = ::open("/proc/thread-self/children", O_RDONLY | O_CLOEXEC);
  const ssize_t length = ::read(list, text.data(), text.size());
  ::close(list);
  pid_t child = 0;
  for (ssize_t i = 0; i < length; ++i) {
    const char c = text[static_cast<std::size_t>(i)];
    if (c >= '0' && c <= '9') {
      child = child * 10 + (c - '0');
    } else {
      if (child > 0) ::kill(child, SIGKILL);
      child = 0;
    }
  }
}

/// Where the kernel does not do it: a killed child's children become ours, and are killed next.
void end_all(pid_t program, Account& account) {
  constexpr int rounds = 3000;  // of a millisecond
  for (int round = 0; round < rounds; ++round) {
    kill_children();
    if (!reap_some(program, account)) return;
    const timespec moment{0, 1'000'000};
    ::nanosleep(&moment, nullptr);
  }
}

}  // namespace

void keep(const Prepared& prepared) {
  take_post(prepared);
  if (!enter_network(prepared.isolation) || !hide(prepared)) give_up(prepared, errno);
  const pid_t program = start_program(prepared);
  if (program < 0) give_up(prepared, errno);
  close_all_but(prepared.account);
  Account account;
  stand_over(program, account);
  account.left_children = reap_some(program, account);
  if (!prepared.isolation.ends_processes()) end_all(program, account);
  [[maybe_unused]] const auto written = ::write(prepared.account, &account, sizeof account);
  ::_exit(0);
}

}  // namespace conform
