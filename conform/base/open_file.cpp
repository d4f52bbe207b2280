#include "base/open_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <utility>

namespace conform {

FileDescriptor& FileDescriptor::operator=(FileDescriptor&& other) noexcept {
  if (this != &other) {
    close();
    number_ = other.release();
  }
  return *this;
}

int FileDescriptor::release() { return std::exchange(number_, -1); }

void FileDescriptor::close() {
  if (number_ >= 0) ::close(release());
}

std::optional<Pipe> Pipe::make(int flags) {
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC | flags) != 0) return std::nullopt;
  return Pipe{FileDescriptor(ends[0]), FileDescriptor(ends[1])};
}

Result<OpenFile> OpenFile::open(const std::filesystem::path& path) {
  FileDescriptor descriptor(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  struct stat status = {};
  if (descriptor.get() < 0 || ::fstat(descriptor.get(), &status) != 0)
    return fail("{}: {}", path.string(), std::strerror(errno));
  if (!S_ISREG(status.st_mode)) return fail("{}: not a regular file", path.string());
  return OpenFile(std::move(descriptor), static_cast<std::uint64_t>(status.st_size));
}

Result<void> OpenFile::read_at(std::uint64_t offset, std::span<std::byte> buffer) const {
  while (!buffer.empty()) {
    const ssize_t got = ::pread(descriptor_.get(), buffer.data(), buffer.size(), static_cast<off_t>(offset));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return fail("cannot read: {}", std::strerror(errno));
    if (got == 0) {
      std::fill(buffer.begin(), buffer.end(), std::byte{0});
      return {};
    }
    offset += static_cast<std::uint64_t>(got);
    buffer = buffer.subspan(static_cast<std::size_t>(got));
  }
  return {};
}

std::vector<Segment> OpenFile::data(std::uint64_t begin, std::uint64_t end) const {
  std::vector<Segment> found;
  end = std::min(end, size_);
  while (begin < end) {
    const off_t data = ::lseek(descriptor_.get(), static_cast<off_t>(begin), SEEK_DATA);
    if (data < 0 && errno != ENXIO) return {{begin, end}};  // a file system that cannot tell: all is data
    if (data < 0 || static_cast<std::uint64_t>(data) >= end) break;
    const off_t hole = ::lseek(descriptor_.get(), data, SEEK_HOLE);
    const std::uint64_t stop = hole < 0 ? end : std::min(end, static_cast<std::uint64_t>(hole));
    found.push_back({static_cast<std::uint64_t>(data), stop});
    begin = stop;
  }
  return found;
}

}  // namespace conform
