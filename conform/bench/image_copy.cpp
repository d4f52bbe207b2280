#include "bench/image_copy.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <span>
#include <system_error>
#include <utility>

#include "base/open_file.hpp"

namespace conform {
namespace fs = std::filesystem;
namespace {

std::string reason() { return std::strerror(errno); }

/// By reading and writing: copy_file_range does not go from one file system to another everywhere.
Result<void> copy_segment(const OpenFile& source, int target, Segment segment) {
  std::vector<char> buffer(static_cast<std::size_t>(std::min<std::uint64_t>(segment.end - segment.begin, 1 << 20)));
  for (std::uint64_t position = segment.begin; position < segment.end;) {
    const auto wanted = static_cast<std::size_t>(std::min<std::uint64_t>(buffer.size(), segment.end - position));
    const ssize_t got = ::pread(source.descriptor(), buffer.data(), wanted, static_cast<off_t>(position));
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return fail("{}", got == 0 ? "it became shorter" : reason());
    for (ssize_t done = 0; done < got;) {
      const ssize_t written = ::pwrite(target, buffer.data() + done, static_cast<std::size_t>(got - done),
                                       static_cast<off_t>(position) + done);
      if (written < 0 && errno == EINTR) continue;
      if (written < 0) return fail("{}", reason());
      done += written;
    }
    position += static_cast<std::uint64_t>(got);
  }
  return {};
}

}  // namespace

Result<void> sparse_copy(const fs::path& original, const fs::path& copy) {
  const auto source = OpenFile::open(original);
  if (!source) return tl::unexpected(source.error());
  const FileDescriptor target(::open(copy.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644));
  if (target.get() < 0) return fail("{}: {}", copy.string(), reason());
  if (::ftruncate(target.get(), static_cast<off_t>(source->size())) != 0)
    return fail("{}: {}", copy.string(), reason());
  for (const auto& segment : source->data(0, source->size()))
    if (auto copied = copy_segment(*source, target.get(), segment); !copied)
      return fail("{}: copy of {}: {}", copy.string(), original.filename().string(), copied.error().message);
  return {};
}

ImageCopy::ImageCopy(ImageCopy&& other) noexcept
    : folder_(std::exchange(other.folder_, {})), files_(std::move(other.files_)) {}

ImageCopy::~ImageCopy() { remove_tree(folder_); }

Result<void> ImageCopy::add(const Original& original, const std::string& name) {
  const auto copy = folder_ / name;
  if (auto copied = sparse_copy(original.file, copy); !copied) return copied;
  files_.push_back({copy, original.digest, FileStamp(copy)});
  return {};
}

Result<ImageCopy> ImageCopy::make(const fs::path& root, const Original& image, const std::vector<Original>& siblings) {
  ImageCopy copy(root / random_name());
  std::error_code error;
  if (!fs::create_directory(copy.folder_, error)) return fail("{}: {}", copy.folder_.string(), error.message());
  if (auto added = copy.add(image, image.name.empty() ? random_name() + ".qcow2" : image.name); !added)
    return tl::unexpected(added.error());
  for (const auto& sibling : siblings)
    if (auto added = copy.add(sibling, sibling.name); !added) return tl::unexpected(added.error());
  return copy;
}

bool ImageCopy::looks_untouched() const {
  return std::all_of(files_.begin(), files_.end(),
                     [](const Watched& file) { return FileStamp(file.path) == file.made; });
}

std::string ImageCopy::changes() const {
  auto of_image = changed(files_.front(), "the image");
  return of_image.empty() ? changes_beside({}) : of_image;
}

std::string ImageCopy::changes_beside(const std::set<std::string>& changeable) const {
  for (const auto& file : std::span(files_).subspan(1)) {
    const auto name = file.path.filename().string();
    if (changeable.contains(name)) continue;
    if (auto text = changed(file, name); !text.empty()) return text;
  }
  return {};
}

std::string ImageCopy::changed(const Watched& file, const std::string& what) {
  const auto digest = image_digest(file.path);
  if (!digest) return what + " is gone: " + digest.error().message;
  if (*digest == file.digest) return {};
  return fmt::format("{} was changed: {} bytes, sha256 {}", what, digest->length, digest->sha256);
}

}  // namespace conform
