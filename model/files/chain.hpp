// The files behind an image: its backing chain and its external data file, found by the names in the headers.
//
// A name in a header is followed only when it is a plain one, in the folder of the image that holds it. Everything else
// is refused: an image from a stranger must not choose what is read. The caller may allow paths, or say which file a
// name stands for. Protocols and json: are never followed. [file-names]
#pragma once

#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <string>

#include "files/files.hpp"
#include "format/result.hpp"
#include "read/reader.hpp"

namespace qcow2 {

/// What the caller allows beyond plain names.
struct ChainRules {
  std::map<std::string, std::filesystem::path> backing{};     ///< by the name in a header
  std::map<std::string, std::filesystem::path> data_files{};  ///< by the name in a header
  bool follow_paths = false;  ///< of backing files, relative to the image's folder or absolute
};

/// An image, all that it reads from, and the reader on top.
struct OpenImage {
  std::unique_ptr<OpenFile> file;
  std::unique_ptr<OpenImage> backing;     ///< a backing file that is qcow2
  std::unique_ptr<OpenFile> raw_backing;  ///< one that is raw
  std::unique_ptr<RawGuest> raw_backing_guest;
  std::unique_ptr<OpenFile> data_file;
  std::optional<Reader> reader;

  /// What unallocated clusters are read from; null: zeros.
  const GuestSource* behind() const;
  /// Puts a reader of `image`, which is a state of `file`, on top.
  void show(Image image);
};

/// The image and everything behind it. Throws UsageError where `path` itself cannot be opened; refuses what is wrong
/// inside it or behind it.
Result<std::unique_ptr<OpenImage>> open_image_chain(const std::filesystem::path& path, const ChainRules& rules = {});

/// The image alone, what it names left closed. Throws UsageError and refuses as above. Allow encrypted ones only where
/// no guest data is read.
enum class Encrypted { refused, allowed };
Result<std::unique_ptr<OpenImage>> open_single_image(const std::filesystem::path& path,
                                                     Encrypted encrypted = Encrypted::refused);

/// The disk behind `image` if its header had that backing file: an OpenImage without a file and a reader of its own.
/// Refuses as above.
Result<std::unique_ptr<OpenImage>> open_behind(const OpenImage& image, const std::string& backing_file,
                                               const std::string& backing_format, const ChainRules& rules);

/// From here on the reader reads the disk of an internal snapshot, named by its id or its name.
/// Throws UsageError where there is none; refuses it where its tables are broken.
Result<void> switch_to_snapshot(OpenImage& image, const std::string& wanted);

/// Throws UsageError where `out` is a file that the image is read from.
void refuse_to_overwrite(const OpenImage& image, const std::string& out);

}  // namespace qcow2
