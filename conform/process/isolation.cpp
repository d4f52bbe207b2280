#include "process/isolation.hpp"

#include <arpa/inet.h>
#include <fcntl.h>
#include <net/if.h>
#include <netinet/in.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <string_view>

#include "process/fork_into.hpp"
#include "process/view.hpp"

namespace conform {
namespace {

/// What the child that tries the name spaces tells us: errno of the step that failed, or 0.
struct Told {
  int user = 0;
  int network = 0;
  int processes = 0;
  int mounts = 0;
  int proc = 0;
  bool limits_processes = false;
};

/// Who we are is who we are in there. Made before the fork, for behind it only system calls are safe.
struct Ourselves {
  bool root = ::geteuid() == 0;
  std::string user = map(::geteuid());
  std::string group = map(::getegid());

  static std::string map(unsigned id) { return std::to_string(id) + " " + std::to_string(id) + " 1"; }
};

bool write_file(const char* path, std::string_view text) {
  const FileDescriptor file(::open(path, O_WRONLY | O_CLOEXEC));
  return file.get() >= 0 && ::write(file.get(), text.data(), text.size()) == static_cast<ssize_t>(text.size());
}

bool map_ids(const Ourselves& ourselves) {
  return write_file("/proc/self/setgroups", "deny") && write_file("/proc/self/uid_map", ourselves.user) &&
         write_file("/proc/self/gid_map", ourselves.group);
}

/// Programs may talk to themselves.
bool raise_loopback() {
  const FileDescriptor any(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  ifreq request{};
  std::memcpy(request.ifr_name, "lo", 3);
  if (any.get() < 0 || ::ioctl(any.get(), SIOCGIFFLAGS, &request) != 0) return false;
  request.ifr_flags = static_cast<short>(request.ifr_flags | IFF_UP);
  return ::ioctl(any.get(), SIOCSIFFLAGS, &request) == 0;
}

/// Whether there is a way out after all: an address for documentation, to which nothing is sent.
bool reaches_the_world() {
  const FileDescriptor any(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(9);
  address.sin_addr.s_addr = htonl(0xc0000201);  // 192.0.2.1
  return ::connect(any.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
}

/// With one process allowed there can be no second.
bool limit_of_processes_holds() {
  const rlimit one{1, 1};
  if (::setrlimit(RLIMIT_NPROC, &one) != 0) return false;
  const pid_t second = ::fork();
  if (second == 0) ::_exit(0);
  if (second > 0) ::waitpid(second, nullptr, 0);
  return second < 0 && errno == EAGAIN;
}

int make_network() {
  if (::unshare(CLONE_NEWNET) != 0 || !raise_loopback()) return errno;
  return reaches_the_world() ? EISCONN : 0;
}

/// What comes of it in a child that stands in such name spaces: errno, or 0.
int tried(std::uint64_t name_spaces, bool (*attempt)()) {
  const pid_t child = fork_into(name_spaces);
  if (child < 0) return errno;
  if (child == 0) ::_exit(attempt() ? 0 : errno);
  int status = 0;
  while (::waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  return WIFEXITED(status) ? WEXITSTATUS(status) : EIO;
}

Told make_name_spaces(const Ourselves& ourselves) {
  Told told;
  if (!ourselves.root && (::unshare(CLONE_NEWUSER) != 0 || !map_ids(ourselves))) {
    told.user = errno;
    return told;
  }
  told.network = make_network();
  told.processes = tried(CLONE_NEWPID, [] { return true; });
  told.mounts = tried(CLONE_NEWNS, [] { return keep_mounts_to_ourselves() && cover("/proc"); });
  told.proc = tried(CLONE_NEWPID | CLONE_NEWNS, [] { return keep_mounts_to_ourselves() && mount_proc(); });
  told.limits_processes = !ourselves.root && limit_of_processes_holds();  // last: no fork comes after it
  return told;
}

FileDescriptor name_space(pid_t pid, const char* kind) {
  std::array<char, 64> path{};
  std::snprintf(path.data(), path.size(), "/proc/%d/ns/%s", static_cast<int>(pid), kind);
  return FileDescriptor(::open(path.data(), O_RDONLY | O_CLOEXEC));
}

std::string obstacle(int error) { return error == 0 ? std::string() : std::strerror(error); }

Isolation none(int error) {
  Isolation made;
  made.network_obstacle = made.processes_obstacle = made.mounts_obstacle = made.proc_obstacle = obstacle(error);
  return made;
}

/// The child makes them, tells, and lives until we hold them.
[[noreturn]] void make_and_wait(const Ourselves& ourselves, int tell, int go) {
  const Told told = make_name_spaces(ourselves);
  [[maybe_unused]] ssize_t ignored = ::write(tell, &told, sizeof told);
  char end = 0;
  ignored = ::read(go, &end, 1);
  ::_exit(0);
}

/// What the child made, held while it lives.
Isolation hold(const Told& told, pid_t child, bool root) {
  Isolation made;
  if (!root) made.user = name_space(child, "user");
  if (!root && made.user.get() < 0) return none(errno);
  if (told.network == 0) made.network = name_space(child, "net");
  made.network_obstacle = obstacle(told.network);
  // Only with a /proc of its own: a program that finds other processes under the numbers it knows goes wrong by us.
  const int no_proc = told.proc != 0 ? told.proc : told.mounts;
  made.processes_obstacle = obstacle(told.processes != 0 ? told.processes : no_proc);
  made.mounts_obstacle = obstacle(told.mounts);
  made.proc_obstacle = obstacle(told.proc);
  made.made_anew = (no_proc == 0 ? CLONE_NEWPID : 0U) | (told.mounts == 0 ? CLONE_NEWNS : 0U);
  made.own_proc = no_proc == 0;
  made.limits_processes = told.limits_processes;
  return made;
}

Isolation isolate() {
  const Ourselves ourselves;
  auto tell = Pipe::make(0);
  auto go = Pipe::make(0);
  if (!tell || !go) return none(errno);
  const pid_t pid = ::fork();
  if (pid < 0) return none(errno);
  if (pid == 0) {
    go->write.close();
    make_and_wait(ourselves, tell->write.get(), go->read.get());
  }
  tell->write.close();
  Told told;
  if (::read(tell->read.get(), &told, sizeof told) != sizeof told) told.user = EIO;
  auto made = told.user == 0 ? hold(told, pid, ourselves.root) : none(told.user);
  go->write.close();
  while (::waitpid(pid, nullptr, 0) < 0 && errno == EINTR) {
  }
  return made;
}

}  // namespace

const Isolation& isolation() {
  static const Isolation made = isolate();
  return made;
}

bool Isolation::ends_processes() const { return (made_anew & CLONE_NEWPID) != 0; }
bool Isolation::hides_folders() const { return (made_anew & CLONE_NEWNS) != 0; }

bool enter_user(const Isolation& isolation) {
  return isolation.user.get() < 0 || ::setns(isolation.user.get(), CLONE_NEWUSER) == 0;
}

bool enter_network(const Isolation& isolation) {
  return isolation.network.get() < 0 || ::setns(isolation.network.get(), CLONE_NEWNET) == 0;
}

}  // namespace conform
