// Opens an image and the files behind it: its backing chain, its external data file.
//
// A name in a header is followed only when it is a plain one, in the folder of the image that holds it. Everything else
// (folders, protocols, json:) is refused: an image from a stranger must not choose what is read.
#pragma once

#include <filesystem>
#include <memory>
#include <optional>

#include "byte_source.hpp"
#include "reader.hpp"

namespace qcow2::cli {

/// A file descriptor that is closed with it.
class Handle {
 public:
  explicit Handle(int descriptor) : descriptor_(descriptor) {}
  Handle(Handle&& other) noexcept : descriptor_(std::exchange(other.descriptor_, -1)) {}
  Handle& operator=(Handle&& other) noexcept {
    std::swap(descriptor_, other.descriptor_);
    return *this;
  }
  ~Handle();
  int get() const { return descriptor_; }

 private:
  int descriptor_;
};

/// An open file that does not move as long as it lives.
struct OpenFile {
  std::filesystem::path path;
  Handle handle;
  FileSource source;
};

/// Throws UsageError where the file is missing, not readable, or no file that has a size.
std::unique_ptr<OpenFile> open_file(const std::filesystem::path& path);

/// Throws UsageError where `out` is the very file that is being read.
void refuse_to_overwrite(const OpenFile& file, const std::string& out);

/// An image, all that it reads from, and the reader on top.
struct OpenImage {
  std::unique_ptr<OpenFile> file;
  std::unique_ptr<OpenImage> backing;     ///< a backing file that is qcow2
  std::unique_ptr<OpenFile> raw_backing;  ///< one that is raw
  std::unique_ptr<RawGuest> raw_backing_guest;
  std::unique_ptr<OpenFile> data_file;
  std::optional<Reader> reader;

  /// Puts a reader of `image`, which is a state of `file`, on top.
  void show(Image image);
};

/// As above, for every file that the image is read from.
void refuse_to_overwrite(const OpenImage& image, const std::string& out);

/// Throws UsageError for the image itself, Refusal for what is wrong inside it or behind it.
std::unique_ptr<OpenImage> open_image_chain(const std::filesystem::path& path);

/// From here on the reader reads the disk of an internal snapshot, named by its id or its name.
/// Throws UsageError where there is none, Refusal where its tables are broken.
void switch_to_snapshot(OpenImage& image, const std::string& wanted);

/// The image alone, what it names left closed.
std::unique_ptr<OpenImage> open_single_image(const std::filesystem::path& path);

}  // namespace qcow2::cli
