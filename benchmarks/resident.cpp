// The most that a program had resident: KiB on standard output, what it prints itself goes nowhere.
//
//     peak-resident COMMAND [ARGS]
//
// It is small itself: what it has resident counts until the program is loaded, and so is the least that it can say.
#include <fcntl.h>
#include <spawn.h>
#include <sys/resource.h>
#include <sys/wait.h>

#include <cstdio>

extern char** environ;

int main(int argc, char** argv) {
  if (argc < 2) return std::fputs("peak-resident COMMAND [ARGS]\n", stderr), 2;
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  for (int descriptor = 1; descriptor <= 2; ++descriptor)
    posix_spawn_file_actions_addopen(&actions, descriptor, "/dev/null", O_WRONLY, 0);
  pid_t pid = 0;
  if (const int error = ::posix_spawnp(&pid, argv[1], &actions, nullptr, argv + 1, environ); error != 0)
    return std::fprintf(stderr, "peak-resident: %s cannot be started\n", argv[1]), 2;
  rusage usage{};
  if (::wait4(pid, nullptr, 0, &usage) != pid) return std::perror("peak-resident"), 2;
  std::printf("%ld\n", usage.ru_maxrss);
}
