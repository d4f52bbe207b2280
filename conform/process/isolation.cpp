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
#include <utility>

namespace conform {
namespace {

/// What the child that makes the name spaces tells us; errno of the first step that failed, or 0.
struct Told {
  int error = 0;
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

Told make_name_spaces(const Ourselves& ourselves) {
  if (::unshare(ourselves.root ? CLONE_NEWNET : CLONE_NEWUSER | CLONE_NEWNET) != 0) return {errno, false};
  if (!ourselves.root && !map_ids(ourselves)) return {errno, false};
  if (!raise_loopback()) return {errno, false};
  if (reaches_the_world()) return {EISCONN, false};
  return {0, !ourselves.root && limit_of_processes_holds()};
}

FileDescriptor name_space(pid_t pid, const char* kind) {
  std::array<char, 64> path{};
  std::snprintf(path.data(), path.size(), "/proc/%d/ns/%s", static_cast<int>(pid), kind);
  return FileDescriptor(::open(path.data(), O_RDONLY | O_CLOEXEC));
}

Isolation none(int error) {
  Isolation made;
  made.obstacle = std::strerror(error);
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
  if (::read(tell->read.get(), &told, sizeof told) != sizeof told) told.error = EIO;
  Isolation made;
  if (told.error == 0) {
    made.network = name_space(pid, "net");
    if (made.network.get() < 0) told.error = errno;
    if (!ourselves.root) made.user = name_space(pid, "user");
    if (!ourselves.root && made.user.get() < 0) told.error = errno;
    made.limits_processes = told.limits_processes;
  }
  go->write.close();
  while (::waitpid(pid, nullptr, 0) < 0 && errno == EINTR) {
  }
  return told.error == 0 ? std::move(made) : none(told.error);
}

}  // namespace

const Isolation& isolation() {
  static const Isolation made = isolate();
  return made;
}

bool enter(const Isolation& isolation) {
  return (isolation.user.get() < 0 || ::setns(isolation.user.get(), CLONE_NEWUSER) == 0) &&
         (isolation.network.get() < 0 || ::setns(isolation.network.get(), CLONE_NEWNET) == 0);
}

}  // namespace conform
