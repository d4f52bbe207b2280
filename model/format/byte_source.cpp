#include "format/byte_source.hpp"

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <system_error>

namespace qcow2 {

namespace {

/// How much of a request for `wanted` bytes at `offset` a source of `size` bytes can serve.
std::size_t bytes_there(std::uint64_t size, HostOffset offset, std::size_t wanted) {
  if (offset.value >= size) return 0;
  return static_cast<std::size_t>(std::min<std::uint64_t>(wanted, size - offset.value));
}

}  // namespace

std::size_t MemorySource::read_at(HostOffset offset, std::span<std::byte> out) const {
  const std::size_t count = bytes_there(bytes_.size(), offset, out.size());
  if (count > 0) std::copy_n(bytes_.begin() + static_cast<std::ptrdiff_t>(offset.value), count, out.begin());
  return count;
}

std::size_t FileSource::read_at(HostOffset offset, std::span<std::byte> out) const {
  const std::size_t count = bytes_there(size_, offset, out.size());
  std::size_t done = 0;
  while (done < count) {
    const ssize_t got = ::pread(descriptor_, out.data() + done, count - done, static_cast<off_t>(offset.value + done));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) throw std::system_error(errno, std::generic_category(), "cannot read the image");
    if (got == 0) throw std::system_error(EIO, std::generic_category(), "the image has become shorter");
    done += static_cast<std::size_t>(got);
  }
  return done;
}

HostOffset FileSource::next_data(HostOffset offset) const {
  if (offset.value >= size_) return {size_};
  const off_t found = ::lseek(descriptor_, static_cast<off_t>(offset.value), SEEK_DATA);
  if (found < 0) return errno == ENXIO ? HostOffset{size_} : offset;  // a device, a file system without holes
  return {std::min(static_cast<std::uint64_t>(found), size_)};
}

bool contains(const ByteSource& source, HostOffset offset, std::uint64_t length) {
  return offset.value <= source.size() && length <= source.size() - offset.value;
}

}  // namespace qcow2
