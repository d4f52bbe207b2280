#include "process/launch.hpp"

#include <fcntl.h>
#include <sched.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "process/fork_into.hpp"
#include "process/keeper.hpp"
#include "process/keepers.hpp"

namespace conform {
namespace {

struct Born {
  pid_t keeper;
  int error;
};

void reap(pid_t pid) {
  while (::waitpid(pid, nullptr, 0) < 0 && errno == EINTR) {
  }
}

/// A process of several threads cannot enter a user name space, so a child does; the keeper that it makes is our child.
Born fork_behind_user(const Prepared& prepared) {
  auto tell = Pipe::make(0);
  if (!tell) return {-1, errno};
  const pid_t between = ::fork();
  if (between < 0) return {-1, errno};
  if (between == 0) {
    Born born{-1, 0};
    if (enter_user(prepared.isolation)) born.keeper = fork_into(prepared.isolation.made_anew | CLONE_PARENT);
    if (born.keeper == 0) keep(prepared);
    born.error = errno;
    [[maybe_unused]] const auto written = ::write(tell->write.get(), &born, sizeof born);
    ::_exit(0);
  }
  tell->write.close();
  Born born{-1, EIO};
  const bool heard = ::read(tell->read.get(), &born, sizeof born) == sizeof born;
  reap(between);
  return heard ? born : Born{-1, EIO};
}

Born fork_keeper(const Prepared& prepared) {
  if (prepared.isolation.user.get() >= 0) return fork_behind_user(prepared);
  const pid_t keeper = fork_into(prepared.isolation.made_anew);
  if (keeper == 0) keep(prepared);
  return {keeper, errno};
}

}  // namespace

Result<Launched> launch(const Launch& request) {
  static const bool adopts_orphans = ::prctl(PR_SET_CHILD_SUBREAPER, 1) == 0;
  static_cast<void>(adopts_orphans);
  auto failure = Pipe::make(0);
  auto account = Pipe::make(O_NONBLOCK);  // who does not come to an account may not hold us up
  if (!failure || !account) return fail("pipe: {}", std::strerror(errno));
  Prepared prepared(request);
  prepared.failure = failure->write.get();
  prepared.account = account->write.get();
  prepared.accounts_reader = account->read.get();
  const auto [keeper, obstacle] = Keepers::all().add([&] { return fork_keeper(prepared); });
  if (keeper < 0) return fail("fork: {}", std::strerror(obstacle));
  failure->write.close();
  account->write.close();
  int error = 0;
  if (::read(failure->read.get(), &error, sizeof error) != sizeof error)
    return Launched{keeper, std::move(account->read)};
  reap(keeper);
  Keepers::all().remove(keeper);
  return fail("{}: {}", request.argv[0], std::strerror(error));
}

}  // namespace conform
