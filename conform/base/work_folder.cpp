#include "base/work_folder.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <system_error>

namespace conform {
namespace fs = std::filesystem;
namespace {

constexpr std::string_view prefix = "qcow2-conform-run.";

FileDescriptor open_folder(const fs::path& folder) {
  return FileDescriptor(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
}

/// Whether the folder that is open is still the one of that name.
bool stands(const fs::path& folder, const FileDescriptor& open) {
  struct stat named = {};
  struct stat held = {};
  return ::lstat(folder.c_str(), &named) == 0 && ::fstat(open.get(), &held) == 0 && named.st_ino == held.st_ino;
}

/// A run's folder that nobody holds: its run was killed.
void remove_abandoned(const fs::path& folder) {
  struct stat status = {};
  if (::lstat(folder.c_str(), &status) != 0 || !S_ISDIR(status.st_mode) || status.st_uid != ::geteuid()) return;
  if ((status.st_mode & S_IRUSR) == 0) ::chmod(folder.c_str(), 0700);
  const auto held = open_folder(folder);
  if (held.get() >= 0 && ::flock(held.get(), LOCK_EX | LOCK_NB) == 0 && stands(folder, held)) remove_tree(folder);
}

void sweep(const fs::path& parent) {
  std::error_code error;
  for (fs::directory_iterator entry(parent, error), end; !error && entry != end; entry.increment(error))
    if (entry->path().filename().string().starts_with(prefix)) remove_abandoned(entry->path());
}

}  // namespace

Result<WorkFolder> WorkFolder::make() {
  std::error_code error;
  const auto parent = fs::temp_directory_path(error);
  if (error) return fail("cannot make a folder for temporary files: {}", error.message());
  return under(parent);
}

Result<WorkFolder> WorkFolder::on_tmpfs() { return under("/dev/shm"); }

Result<WorkFolder> WorkFolder::under(const fs::path& parent) {
  sweep(parent);
  for (;;) {
    std::string name = (fs::absolute(parent) / prefix).string() + "XXXXXX";
    if (!::mkdtemp(name.data())) return fail("{}: {}", name, std::strerror(errno));
    auto held = open_folder(name);
    ::flock(held.get(), LOCK_EX);
    if (!stands(name, held)) continue;  // another run swept it away between the two calls
    WorkFolder made(name, std::move(held));
    if (::mkdir(made.hidden().c_str(), 0700) != 0) return fail("{}: {}", name, std::strerror(errno));
    return made;
  }
}

WorkFolder::~WorkFolder() { remove_tree(root_); }

bool WorkFolder::holds(std::uint64_t size) const {
  const auto probe = root_ / random_name();
  const FileDescriptor file(::open(probe.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
  const bool fits = size <= static_cast<std::uint64_t>(INT64_MAX) && file.get() >= 0 &&
                    ::ftruncate(file.get(), static_cast<off_t>(size)) == 0;
  std::error_code ignored;
  fs::remove(probe, ignored);
  return fits;
}

}  // namespace conform
