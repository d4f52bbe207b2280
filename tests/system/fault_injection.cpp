// Preloaded into a program under test: the call number FAULT_AT of those that change files does not happen. With
// FAULT=kill the program is killed there, as by kill -9; else FAULT is the error number that the call fails with.
#include <dlfcn.h>
#include <signal.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstdlib>
#include <cstring>

namespace {

std::atomic<long> calls = 0;

/// Whether this call is the one that must fail.
bool strikes() {
  const char* at = std::getenv("FAULT_AT");
  const char* fault = std::getenv("FAULT");
  if (at == nullptr || fault == nullptr || ++calls != std::atol(at)) return false;
  if (std::strcmp(fault, "kill") == 0) ::kill(::getpid(), SIGKILL);
  errno = std::atoi(fault);
  return true;
}

template <class Function>
Function next(const char* name) {
  return reinterpret_cast<Function>(::dlsym(RTLD_NEXT, name));
}

}  // namespace

extern "C" {

ssize_t pwrite(int file, const void* data, size_t length, off_t offset) {
  return strikes() ? -1 : next<decltype(&::pwrite)>("pwrite")(file, data, length, offset);
}
ssize_t pwrite64(int file, const void* data, size_t length, off64_t offset) {
  return strikes() ? -1 : next<decltype(&::pwrite)>("pwrite64")(file, data, length, offset);
}
int ftruncate(int file, off_t length) noexcept {
  return strikes() ? -1 : next<int (*)(int, off_t)>("ftruncate")(file, length);
}
int ftruncate64(int file, off64_t length) noexcept {
  return strikes() ? -1 : next<int (*)(int, off64_t)>("ftruncate64")(file, length);
}
int fsync(int file) { return strikes() ? -1 : next<int (*)(int)>("fsync")(file); }
int linkat(int from, const char* old_path, int to, const char* new_path, int flags) noexcept {
  return strikes()
             ? -1
             : next<int (*)(int, const char*, int, const char*, int)>("linkat")(from, old_path, to, new_path, flags);
}
int rename(const char* old_path, const char* new_path) noexcept {
  return strikes() ? -1 : next<int (*)(const char*, const char*)>("rename")(old_path, new_path);
}
}
