// Files that stand packed in the corpus: the length, then offset, length and bytes of every run of data, numbers as 8
// bytes, little-endian. In a corpus that the generators made they are what its file system cannot hold (ext4: over 16
// TiB), and end in .packed; in an installed one nearly all are packed and compressed, and end in .packed.zst.
#pragma once

#include <filesystem>
#include <mutex>
#include <vector>

#include "base/work_folder.hpp"

namespace conform {

/// The name of the file that is packed there; empty: it is no packed one.
std::filesystem::path packed_name(const std::filesystem::path& file);
/// Makes the file `unpacked`; false, and no file, where that cannot be.
bool unpack(const std::filesystem::path& packed, const std::filesystem::path& unpacked);

/// Unpacks them in the folder for temporary files, each when it is first asked for; on tmpfs what is too long for it.
/// Safe to use from several threads.
class Unpacked {
 public:
  /// Makes the places for them, if the corpus has any.
  explicit Unpacked(const std::filesystem::path& corpus);

  /// The file itself; or, where the corpus has it packed, the place where it has been unpacked; or, where no file
  /// system at hand can hold it, a path at which nothing stands.
  std::filesystem::path place(const std::filesystem::path& file) const;
  /// Whether it stands packed in the corpus.
  static bool is_packed(const std::filesystem::path& file);

  /// Where they go.
  std::vector<std::filesystem::path> folders() const;

 private:
  mutable std::mutex mutex_;
  std::vector<WorkFolder> folders_;
};

}  // namespace conform
