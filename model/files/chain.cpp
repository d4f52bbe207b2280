#include "files/chain.hpp"

#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>
#include <utility>
#include <vector>

#include "files/errors.hpp"
#include "format/snapshot.hpp"

namespace qcow2 {

namespace {

constexpr std::size_t chain_length_max = 64;

/// A name that stays in the folder of the image that holds it.
bool is_plain(const std::string& file_name) {
  // [file-names]
  return file_name != "." && file_name != ".." &&
         file_name.find_first_of(std::string_view("/:\0", 3)) == std::string::npos;
}

/// A name that another program would take for a protocol, such as nbd: or json:.
bool has_protocol(const std::string& file_name) {
  return file_name.substr(0, file_name.find('/')).find(':') != std::string::npos;
}

bool is_a_path(const std::string& file_name) {
  return !file_name.empty() && !has_protocol(file_name) && file_name.find('\0') == std::string::npos;
}

/// Whether a backing file is a raw disk: by the format that the header states, or else by the file's first bytes.
Result<bool> is_raw(const Header& header, const OpenFile& file) {
  // [backing-format] "the backing file is read in the format that it names, whatever its bytes look like"
  if (header.backing_format == "raw") return true;
  if (header.backing_format == "qcow2") return false;
  if (!header.backing_format.empty()) {
    return refuse(rule::backing_format, {},
                  fmt::format("a backing file of format '{}' is not supported", header.backing_format));
  }
  // [backing-format-absent]
  const auto read = read_header(file.source);
  return !read && read.error().rule == rule::header_magic;
}

/// Follows the names in the headers, and knows which files are already in use.
class ChainOpener {
 public:
  explicit ChainOpener(const ChainRules& rules) : rules_(rules) {}

  Result<std::unique_ptr<OpenImage>> open_behind(const OpenImage& image, const Header& header) {
    auto opened = std::make_unique<OpenImage>();
    if (auto first = remember(*image.file, rule::backing_file_missing); !first) return tl::unexpected(first.error());
    if (auto done = open_backing_file(header, image.file->path, *opened); !done) return tl::unexpected(done.error());
    return opened;
  }

  Result<std::unique_ptr<OpenImage>> open_first(std::unique_ptr<OpenFile> file) {
    if (auto first = remember(*file, rule::backing_file_missing); !first) return tl::unexpected(first.error());
    return open(std::move(file));
  }

 private:
  Result<std::unique_ptr<OpenImage>> open(std::unique_ptr<OpenFile> file) {
    auto opened = std::make_unique<OpenImage>();
    opened->file = std::move(file);
    auto image = open_image(opened->file->source);
    if (!image) return tl::unexpected(std::move(image.error()));
    if (auto done = open_data_file(image->header, *opened); !done) return tl::unexpected(std::move(done.error()));
    if (auto done = open_backing_file(image->header, opened->file->path, *opened); !done)
      return tl::unexpected(std::move(done.error()));
    opened->show(std::move(*image));
    return opened;
  }

  Result<void> open_data_file(const Header& header, OpenImage& opened) {
    if (!header.has(incompatible::external_data_file)) return {};
    if (header.data_file.empty()) {
      return refuse(rule::external_data_file_missing, {}, "the header names no data file");
    }
    const auto path = place(header.data_file, rules_.data_files, false, opened.file->path);
    // [external-data-file-missing] "When the external data file is needed and cannot be opened"
    auto file = open_at(rule::external_data_file_missing, header.data_file, path, "--data-file NAME=FILE");
    if (!file) return tl::unexpected(std::move(file.error()));
    opened.data_file = std::move(*file);
    return {};
  }

  Result<void> open_backing_file(const Header& header, const std::filesystem::path& image, OpenImage& opened) {
    // [backing-file-empty-name]
    if (header.backing_file.empty()) return {};
    const auto path = place(header.backing_file, rules_.backing, rules_.follow_paths, image);
    // [backing-file-missing] "Zeros never take its place."
    auto file =
        open_at(rule::backing_file_missing, header.backing_file, path, "--follow-backing or --backing NAME=FILE");
    if (!file) return tl::unexpected(std::move(file.error()));
    const auto raw = is_raw(header, **file);
    if (!raw) return tl::unexpected(raw.error());
    if (*raw) {
      opened.raw_backing = std::move(*file);
      opened.raw_backing_guest = std::make_unique<RawGuest>(opened.raw_backing->source);
      return {};
    }
    auto backing = open(std::move(*file));
    if (!backing) return tl::unexpected(std::move(backing.error()));
    opened.backing = std::move(*backing);
    return {};
  }

  /// The file that a name stands for; nothing where it may not be followed.
  static std::optional<std::filesystem::path> place(const std::string& file_name,
                                                    const std::map<std::string, std::filesystem::path>& given,
                                                    bool follow_paths, const std::filesystem::path& image) {
    if (const auto found = given.find(file_name); found != given.end()) return found->second;
    const bool followed = is_plain(file_name) || (follow_paths && is_a_path(file_name));
    return followed ? std::optional(image.parent_path() / file_name) : std::nullopt;
  }

  Result<std::unique_ptr<OpenFile>> open_at(Rule broken, const std::string& file_name,
                                            const std::optional<std::filesystem::path>& path,
                                            std::string_view options) {
    if (!path) {
      return refuse(broken, {},
                    fmt::format("'{}' is not a plain file name in the image's own folder ({})", file_name, options));
    }
    std::unique_ptr<OpenFile> file;
    try {
      file = open_file(*path);
    } catch (const UsageError& error) {
      return refuse(broken, {}, error.what());
    }
    if (auto remembered = remember(*file, broken); !remembered) return tl::unexpected(remembered.error());
    return file;
  }

  Result<void> remember(const OpenFile& file, Rule broken) {
    struct stat status = {};
    ::fstat(file.handle.get(), &status);
    const std::pair identity{status.st_dev, status.st_ino};
    // [backing-chain-cycle] "A chain of backing files that comes back to a file that is already in it is refused"
    if (std::ranges::find(seen_, identity) != seen_.end()) {
      return refuse(rule::backing_chain_cycle, {},
                    fmt::format("the backing chain is a circle: it comes back to '{}'", file.path.string()));
    }
    if (seen_.size() == chain_length_max) {
      return refuse(broken, {}, fmt::format("the backing chain has more than {} files", chain_length_max));
    }
    seen_.push_back(identity);
    return {};
  }

  const ChainRules& rules_;
  std::vector<std::pair<dev_t, ino_t>> seen_;
};

}  // namespace

const GuestSource* OpenImage::behind() const {
  if (backing) return &*backing->reader;
  return raw_backing_guest.get();
}

void OpenImage::show(Image image) {
  reader.emplace(std::move(image), behind(), data_file ? &data_file->source : nullptr);
}

Result<std::unique_ptr<OpenImage>> open_image_chain(const std::filesystem::path& path, const ChainRules& rules) {
  return ChainOpener(rules).open_first(open_file(path));
}

Result<std::unique_ptr<OpenImage>> open_behind(const OpenImage& image, const std::string& backing_file,
                                               const std::string& backing_format, const ChainRules& rules) {
  Header header;
  header.backing_file = backing_file;
  header.backing_format = backing_format;
  return ChainOpener(rules).open_behind(image, header);
}

Result<std::unique_ptr<OpenImage>> open_single_image(const std::filesystem::path& path, Encrypted encrypted) {
  auto opened = std::make_unique<OpenImage>();
  opened->file = open_file(path);
  const ByteSource& source = opened->file->source;
  auto image = encrypted == Encrypted::allowed ? open_any_image(source) : open_image(source);
  if (!image) return tl::unexpected(std::move(image.error()));
  opened->reader.emplace(std::move(*image), nullptr);
  return opened;
}

Result<void> switch_to_snapshot(OpenImage& opened, const std::string& wanted) {
  const Image active = opened.reader->image();
  const auto table = read_snapshot_table(active);
  if (!table) return tl::unexpected(table.error());
  auto found = std::ranges::find(table->snapshots, wanted, &Snapshot::id);
  if (found == table->snapshots.end()) found = std::ranges::find(table->snapshots, wanted, &Snapshot::name);
  if (found == table->snapshots.end()) throw UsageError(fmt::format("there is no snapshot '{}'", wanted));
  auto image = open_snapshot(active, *found);
  if (!image) return tl::unexpected(std::move(image.error()));
  opened.show(std::move(*image));
  return {};
}

void refuse_to_overwrite(const OpenImage& image, const std::string& out) {
  for (const OpenFile* file : {image.file.get(), image.raw_backing.get(), image.data_file.get()}) {
    if (file != nullptr) refuse_to_overwrite(*file, out);
  }
  if (image.backing) refuse_to_overwrite(*image.backing, out);
}

}  // namespace qcow2
