// Files of the corpus that are longer than its file system allows (ext4: 16 TiB). They stand there packed: the length,
// then offset, length and bytes of every run of data, numbers as 8 bytes, little-endian.
#pragma once

#include <filesystem>
#include <mutex>
#include <optional>
#include <string>

#include "base/work_folder.hpp"

namespace conform {

/// Unpacks them on tmpfs, each when it is first asked for. Safe to use from several threads.
class Unpacked {
 public:
  /// Makes the place for them, if the corpus has any.
  explicit Unpacked(const std::filesystem::path& corpus);

  /// The file itself; or, where the corpus has it packed, the place where it has been unpacked; or, where no file
  /// system at hand can hold it, a path at which nothing stands.
  std::filesystem::path place(const std::filesystem::path& file) const;

  /// Where they go; nothing: the corpus has none, or there is no tmpfs.
  std::optional<std::filesystem::path> folder() const;

 private:
  mutable std::mutex mutex_;
  std::optional<WorkFolder> folder_;
};

}  // namespace conform
