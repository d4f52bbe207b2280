#include "files/replacement.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <random>

#include "files/errors.hpp"

namespace qcow2 {

namespace {

/// -1 where the file system has no files without a name.
int open_nameless(const std::filesystem::path& folder) {
  return ::open(folder.c_str(), O_TMPFILE | O_RDWR | O_CLOEXEC, 0666);
}

}  // namespace

Replacement::Replacement(const std::filesystem::path& path)
    : path_(std::filesystem::weakly_canonical(path)),
      temporary_(path_.parent_path() / fmt::format(".qcow2-model.{:08x}", std::random_device{}())),
      handle_(open_nameless(path_.parent_path())) {
  if (handle_.get() < 0) {
    handle_ = Handle(::open(temporary_.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0666));
    named_ = handle_.get() >= 0;
  }
  if (handle_.get() < 0) fail_to_write(path);
  struct stat status = {};
  if (::stat(path_.c_str(), &status) != 0) return;
  ::fchmod(handle_.get(), status.st_mode & 0777);
  if (::fchown(handle_.get(), status.st_uid, status.st_gid) != 0) return;  // who may not keeps it
}

Replacement::~Replacement() {
  if (named_) ::unlink(temporary_.c_str());
}

void Replacement::write_at(std::uint64_t offset, std::span<const std::byte> bytes) {
  while (!bytes.empty()) {
    const ssize_t written = ::pwrite(handle_.get(), bytes.data(), bytes.size(), static_cast<off_t>(offset));
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) fail_to_write(path_);
    offset += static_cast<std::uint64_t>(written);
    bytes = bytes.subspan(static_cast<std::size_t>(written));
  }
}

void Replacement::give_name() {
  const auto nameless = fmt::format("/proc/self/fd/{}", handle_.get());
  if (::linkat(AT_FDCWD, nameless.c_str(), AT_FDCWD, temporary_.c_str(), AT_SYMLINK_FOLLOW) != 0) fail_to_write(path_);
  named_ = true;
}

void Replacement::make_length(std::uint64_t length) {
  if (::ftruncate(handle_.get(), static_cast<off_t>(length)) != 0) fail_to_write(path_);
}

void Replacement::finish(std::uint64_t length, bool durable) {
  make_length(length);
  if (durable && ::fsync(handle_.get()) != 0) fail_to_write(path_);
  if (!named_) give_name();
  if (::rename(temporary_.c_str(), path_.c_str()) != 0) fail_to_write(path_);
  named_ = false;
  if (!durable) return;
  const Handle folder(::open(path_.parent_path().c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (folder.get() >= 0) ::fsync(folder.get());
}

}  // namespace qcow2
