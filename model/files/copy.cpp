#include "files/copy.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>
#include <vector>

#include "files/errors.hpp"
#include "files/sparsely.hpp"

namespace qcow2 {

Copy::Copy(const ByteSource& bytes, const std::filesystem::path& place) : file_(place), size_(bytes.size()) {
  std::vector<std::byte> buffer(1 << 20);
  for (HostOffset at = bytes.next_data({0}); at.value < size_; at = bytes.next_data(at)) {
    const auto part = std::span(buffer).first(bytes.read_at(at, buffer));
    write_sparsely(at.value, part,
                   [&](std::uint64_t offset, std::span<const std::byte> data) { file_.write_at(offset, data); });
    at = at + part.size();
  }
  file_.make_length(size_);
}

std::size_t Copy::read_at(HostOffset offset, std::span<std::byte> out) const { return source().read_at(offset, out); }

HostOffset Copy::next_data(HostOffset offset) const { return source().next_data(offset); }

void Copy::write_at(HostOffset offset, std::span<const std::byte> bytes) {
  file_.write_at(offset.value, bytes);
  size_ = std::max(size_, offset.value + bytes.size());
}

void Copy::put_in_place() { file_.finish(size_, true); }

void refuse_file_in_use(const OpenFile& file) {
  struct stat status = {};
  if (::fstat(file.handle.get(), &status) != 0 || !S_ISREG(status.st_mode)) {
    throw UsageError(fmt::format("'{}' is not a regular file, so it cannot be replaced", file.path.string()));
  }
  struct flock lock = {};
  lock.l_type = F_WRLCK;
  lock.l_whence = SEEK_SET;
  lock.l_start = 100;
  lock.l_len = 200;
  if (::fcntl(file.handle.get(), F_OFD_GETLK, &lock) == 0 && lock.l_type != F_UNLCK) {
    throw UsageError(fmt::format("'{}' is in use by another program", file.path.string()));
  }
}

}  // namespace qcow2
