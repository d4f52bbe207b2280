#include "files.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <vector>

#include "cli.hpp"
#include "snapshot.hpp"

namespace qcow2::cli {

namespace {

constexpr std::size_t chain_length_max = 64;

/// Follows the names in the headers, and knows which files are already in use.
class ChainOpener {
 public:
  std::unique_ptr<OpenImage> open_first(std::unique_ptr<OpenFile> file) {
    remember(*file, rule::backing_file_missing);
    return open(std::move(file));
  }

 private:
  std::unique_ptr<OpenImage> open(std::unique_ptr<OpenFile> file) {
    auto opened = std::make_unique<OpenImage>();
    opened->file = std::move(file);
    Image image = value_or_refuse(open_image(opened->file->source));
    open_data_file(image.header, *opened);
    open_backing_file(image.header, *opened);
    opened->show(std::move(image));
    return opened;
  }

  // [external-data-file]
  void open_data_file(const Header& header, OpenImage& opened) {
    if (!header.has(incompatible::external_data_file)) return;
    if (header.data_file.empty())
      throw Refusal({rule::external_data_file_missing, {}, "the header names no data file"});
    opened.data_file = open_named(rule::external_data_file_missing, header.data_file, opened.file->path);
  }

  // [backing-file]
  void open_backing_file(const Header& header, OpenImage& opened) {
    if (header.backing_file.empty()) return;
    auto file = open_named(rule::backing_file_missing, header.backing_file, opened.file->path);
    if (is_raw(header, *file)) {
      opened.raw_backing = std::move(file);
      opened.raw_backing_guest = std::make_unique<RawGuest>(opened.raw_backing->source);
    } else {
      opened.backing = open(std::move(file));
    }
  }

  /// The format that the header states, or else what the file's first bytes say.
  static bool is_raw(const Header& header, const OpenFile& file) {
    if (header.backing_format == "raw") return true;
    if (header.backing_format == "qcow2") return false;
    if (!header.backing_format.empty()) {
      throw Refusal(
          {rule::backing_format, {}, fmt::format("a backing file of format '{}' is not read", header.backing_format)});
    }
    const auto read = read_header(file.source);
    return !read && read.error().rule == rule::header_magic;
  }

  std::unique_ptr<OpenFile> open_named(Rule broken, const std::string& file_name, const std::filesystem::path& beside) {
    const bool plain = file_name != "." && file_name != ".." &&
                       file_name.find_first_of(std::string_view("/:\0", 3)) == std::string::npos;
    if (!plain) {
      throw Refusal({broken, {}, fmt::format("'{}' is not a plain file name in the image's own folder", file_name)});
    }
    std::unique_ptr<OpenFile> file;
    try {
      file = open_file(beside.parent_path() / file_name);
    } catch (const UsageError& error) {
      throw Refusal({broken, {}, error.what()});
    }
    remember(*file, broken);
    return file;
  }

  void remember(const OpenFile& file, Rule broken) {
    struct stat status {};
    ::fstat(file.handle.get(), &status);
    const std::pair identity{status.st_dev, status.st_ino};
    if (std::ranges::find(seen_, identity) != seen_.end()) {
      throw Refusal(
          {rule::backing_chain_cycle, {}, fmt::format("the chain of files comes back to '{}'", file.path.string())});
    }
    if (seen_.size() == chain_length_max) {
      throw Refusal({broken, {}, fmt::format("the chain of files is longer than {}", chain_length_max)});
    }
    seen_.push_back(identity);
  }

  std::vector<std::pair<dev_t, ino_t>> seen_;
};

}  // namespace

void OpenImage::show(Image image) {
  const GuestSource* behind = raw_backing_guest.get();
  if (backing) behind = &*backing->reader;
  reader.emplace(std::move(image), behind, data_file ? &data_file->source : nullptr);
}

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
  struct stat status {};
  if (::fstat(handle.get(), &status) != 0) throw fail(std::strerror(errno));
  if (!S_ISREG(status.st_mode) && !S_ISBLK(status.st_mode)) throw fail("neither a regular file nor a block device");
  const off_t size = S_ISBLK(status.st_mode) ? ::lseek(handle.get(), 0, SEEK_END) : status.st_size;
  if (size < 0) throw fail(std::strerror(errno));
  const int descriptor = handle.get();
  return std::make_unique<OpenFile>(
      OpenFile{path, std::move(handle), FileSource(descriptor, static_cast<std::uint64_t>(size))});
}

void refuse_to_overwrite(const OpenFile& file, const std::string& out) {
  struct stat in {
  }, existing{};
  if (out == "-" || ::stat(out.c_str(), &existing) != 0) return;
  ::fstat(file.handle.get(), &in);
  if (in.st_dev == existing.st_dev && in.st_ino == existing.st_ino) {
    throw UsageError(fmt::format("'{}' is a file to be read from", out));
  }
}

void refuse_to_overwrite(const OpenImage& image, const std::string& out) {
  for (const OpenFile* file : {image.file.get(), image.raw_backing.get(), image.data_file.get()}) {
    if (file != nullptr) refuse_to_overwrite(*file, out);
  }
  if (image.backing) refuse_to_overwrite(*image.backing, out);
}

std::unique_ptr<OpenImage> open_image_chain(const std::filesystem::path& path) {
  return ChainOpener().open_first(open_file(path));
}

void switch_to_snapshot(OpenImage& opened, const std::string& wanted) {
  const Image active = opened.reader->image();
  const auto table = value_or_refuse(read_snapshot_table(active));
  auto found = std::ranges::find(table.snapshots, wanted, &Snapshot::id);
  if (found == table.snapshots.end()) found = std::ranges::find(table.snapshots, wanted, &Snapshot::name);
  if (found == table.snapshots.end()) throw UsageError(fmt::format("there is no snapshot '{}'", wanted));
  opened.show(value_or_refuse(open_snapshot(active, *found)));
}

std::unique_ptr<OpenImage> open_single_image(const std::filesystem::path& path) {
  auto opened = std::make_unique<OpenImage>();
  opened->file = open_file(path);
  opened->reader.emplace(value_or_refuse(open_image(opened->file->source)), nullptr);
  return opened;
}

}  // namespace qcow2::cli
