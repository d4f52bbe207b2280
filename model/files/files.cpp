#include "files/files.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "files/errors.hpp"

namespace qcow2 {

Handle::~Handle() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

std::unique_ptr<OpenFile> open_file(const std::filesystem::path& path) {
  const auto fail = [&](const char* why) -> UsageError {
    return UsageError(fmt::format("cannot open '{}': {}", path.string(), why));
  };
  // Without O_NONBLOCK a pipe with no writer would hold us for ever.
  Handle handle(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  if (handle.get() < 0) throw fail(std::strerror(errno));
  struct stat status = {};
  if (::fstat(handle.get(), &status) != 0) throw fail(std::strerror(errno));
  if (!S_ISREG(status.st_mode) && !S_ISBLK(status.st_mode)) throw fail("neither a regular file nor a block device");
  const off_t size = S_ISBLK(status.st_mode) ? ::lseek(handle.get(), 0, SEEK_END) : status.st_size;
  if (size < 0) throw fail(std::strerror(errno));
  const int descriptor = handle.get();
  return std::make_unique<OpenFile>(
      OpenFile{path, std::move(handle), FileSource(descriptor, static_cast<std::uint64_t>(size))});
}

void refuse_to_overwrite(const OpenFile& file, const std::string& out) {
  struct stat in = {};
  struct stat existing = {};
  if (out == "-" || ::stat(out.c_str(), &existing) != 0) return;
  ::fstat(file.handle.get(), &in);
  if (in.st_dev == existing.st_dev && in.st_ino == existing.st_ino) {
    throw UsageError(fmt::format("'{}' is also an input file", out));
  }
}

}  // namespace qcow2
