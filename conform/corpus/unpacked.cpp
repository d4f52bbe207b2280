#include "corpus/unpacked.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <fstream>
#include <vector>

#include "base/open_file.hpp"

namespace conform {
namespace fs = std::filesystem;
namespace {

constexpr const char* extension = ".packed";

bool has_packed(const fs::path& folder) {
  std::error_code error;
  for (fs::recursive_directory_iterator entry(folder, error), end; !error && entry != end; entry.increment(error))
    if (entry->path().extension() == extension) return true;
  return false;
}

std::optional<std::uint64_t> next_number(std::istream& packed) {
  std::array<unsigned char, 8> bytes{};
  if (!packed.read(reinterpret_cast<char*>(bytes.data()), bytes.size())) return std::nullopt;
  std::uint64_t value = 0;
  for (auto byte = bytes.rbegin(); byte != bytes.rend(); ++byte) value = value << 8 | *byte;
  return value;
}

bool put(int target, std::uint64_t offset, std::istream& packed, std::uint64_t length) {
  std::vector<char> buffer(1 << 20);
  while (length > 0) {
    const auto count = std::min<std::uint64_t>(buffer.size(), length);
    if (!packed.read(buffer.data(), static_cast<std::streamsize>(count))) return false;
    if (::pwrite(target, buffer.data(), count, static_cast<off_t>(offset)) != static_cast<ssize_t>(count)) return false;
    offset += count;
    length -= count;
  }
  return true;
}

bool unpack(const fs::path& file, const fs::path& unpacked) {
  std::ifstream packed(file, std::ios::binary);
  const auto size = next_number(packed);
  const FileDescriptor target(::open(unpacked.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
  if (!size || *size > INT64_MAX || ::ftruncate(target.get(), static_cast<off_t>(*size)) != 0) return false;
  while (const auto offset = next_number(packed)) {
    const auto length = next_number(packed);
    if (!length || !put(target.get(), *offset, packed, *length)) return false;
  }
  return true;
}

}  // namespace

Unpacked::Unpacked(const fs::path& corpus) {
  if (!has_packed(corpus / "images") && !has_packed(corpus / "guest")) return;
  if (auto made = WorkFolder::on_tmpfs()) folder_.emplace(std::move(*made));
}

std::optional<fs::path> Unpacked::folder() const { return folder_ ? std::optional(folder_->root()) : std::nullopt; }

fs::path Unpacked::place(const fs::path& file) const {
  const fs::path packed = file.string() + extension;
  std::error_code error;
  if (fs::exists(file, error) || !fs::exists(packed, error)) return file;
  const std::lock_guard lock(mutex_);
  if (!folder_) return file;
  const fs::path unpacked = folder_->root() / file.parent_path().filename() / file.filename();
  if (fs::exists(unpacked, error)) return unpacked;
  fs::create_directories(unpacked.parent_path(), error);
  if (unpack(packed, unpacked)) return unpacked;
  fs::remove(unpacked, error);
  return file;
}

}  // namespace conform
