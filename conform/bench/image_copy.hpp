// A copy of an image, with the files behind it, in a fresh folder under names that say nothing.
#pragma once

#include <filesystem>
#include <set>
#include <string>
#include <vector>

#include "base/digest.hpp"
#include "base/file_stamp.hpp"
#include "base/result.hpp"
#include "base/work_folder.hpp"

namespace conform {

/// A copy that keeps holes. `copy` must not exist.
Result<void> sparse_copy(const std::filesystem::path& original, const std::filesystem::path& copy);

/// A file that an implementation is given and may not change.
struct Original {
  std::filesystem::path file;
  std::string name;  // the copy's; empty: a random one, .qcow2
  Digest digest;     // what the copy must still have afterwards
};

/// A fresh folder with copies in it; it goes when this object goes.
class ImageCopy {
 public:
  static Result<ImageCopy> make(const std::filesystem::path& root, const Original& image,
                                const std::vector<Original>& siblings);
  ImageCopy(ImageCopy&& other) noexcept;
  ImageCopy& operator=(ImageCopy&&) = delete;
  ~ImageCopy();

  const std::filesystem::path& image() const { return files_.front().path; }
  /// A path in the folder at which nothing stands.
  std::filesystem::path fresh_path() const { return folder_ / random_name(); }

  /// Quick: size and times as they were made, so that a change is put down to the operation that made it.
  bool looks_untouched() const;
  /// Thorough: what is no longer as it was made, or nothing.
  std::string changes() const;
  /// The same for all but the image, which was there to be changed, and these files.
  std::string changes_beside(const std::set<std::string>& changeable) const;

 private:
  struct Watched {
    std::filesystem::path path;
    Digest digest;
    FileStamp made;
  };
  explicit ImageCopy(std::filesystem::path folder) : folder_(std::move(folder)) {}
  static std::string changed(const Watched& file, const std::string& what);
  Result<void> add(const Original& original, const std::string& name);

  std::filesystem::path folder_;
  std::vector<Watched> files_;
};

}  // namespace conform
