#include "corpus/unpacked.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cstdint>
#include <string>

#include "base/open_file.hpp"
#include "corpus/packed_stream.hpp"

namespace conform {
namespace fs = std::filesystem;
namespace {

constexpr const char* endings[] = {".packed", ".packed.zst"};

bool has_packed(const fs::path& folder) {
  std::error_code error;
  for (fs::recursive_directory_iterator entry(folder, error), end; !error && entry != end; entry.increment(error))
    if (!packed_name(entry->path()).empty()) return true;
  return false;
}

/// The packed form of the file, or nothing.
fs::path packed_form(const fs::path& file) {
  std::error_code error;
  for (const char* ending : endings)
    if (fs::path packed = file.string() + ending; fs::exists(packed, error)) return packed;
  return {};
}

bool put(int target, std::uint64_t offset, PackedStream& packed, std::uint64_t length) {
  std::vector<char> buffer(1 << 20);
  while (length > 0) {
    const auto count = std::min<std::uint64_t>(buffer.size(), length);
    if (!packed.read(std::span(buffer).first(count))) return false;
    if (::pwrite(target, buffer.data(), count, static_cast<off_t>(offset)) != static_cast<ssize_t>(count)) return false;
    offset += count;
    length -= count;
  }
  return true;
}

bool fill(const fs::path& file, const fs::path& unpacked) {
  PackedStream packed(file);
  const auto size = packed.number();
  const FileDescriptor target(::open(unpacked.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
  if (!size || *size > INT64_MAX || ::ftruncate(target.get(), static_cast<off_t>(*size)) != 0) return false;
  while (const auto offset = packed.number()) {
    const auto length = packed.number();
    if (!length || !put(target.get(), *offset, packed, *length)) return false;
  }
  return true;
}

}  // namespace

fs::path packed_name(const fs::path& file) {
  const std::string name = file.filename();
  for (const std::string ending : endings)
    if (name.ends_with(ending)) return name.substr(0, name.size() - ending.size());
  return {};
}

bool unpack(const fs::path& packed, const fs::path& unpacked) {
  if (fill(packed, unpacked)) return true;
  std::error_code ignored;
  fs::remove(unpacked, ignored);
  return false;
}

Unpacked::Unpacked(const fs::path& corpus) {
  if (!has_packed(corpus / "images") && !has_packed(corpus / "guest")) return;
  for (const auto make : {WorkFolder::make, WorkFolder::on_tmpfs})
    if (auto made = make()) folders_.push_back(std::move(*made));
}

std::vector<fs::path> Unpacked::folders() const {
  std::vector<fs::path> roots;
  for (const auto& folder : folders_) roots.push_back(folder.root());
  return roots;
}

bool Unpacked::is_packed(const fs::path& file) {
  std::error_code error;
  return !fs::exists(file, error) && !packed_form(file).empty();
}

fs::path Unpacked::place(const fs::path& file) const {
  std::error_code error;
  if (fs::exists(file, error)) return file;
  const auto packed = packed_form(file);
  if (packed.empty()) return file;
  const auto name = file.parent_path().filename() / file.filename();
  const std::lock_guard lock(mutex_);
  for (const auto& folder : folders_)
    if (auto unpacked = folder.root() / name; fs::exists(unpacked, error)) return unpacked;
  for (const auto& folder : folders_) {
    auto unpacked = folder.root() / name;
    fs::create_directories(unpacked.parent_path(), error);
    if (unpack(packed, unpacked)) return unpacked;
  }
  return file;
}

}  // namespace conform
