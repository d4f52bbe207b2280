// The folder of a run, for a while.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <utility>

#include "base/open_file.hpp"
#include "base/random_name.hpp"
#include "base/remove_tree.hpp"
#include "base/result.hpp"

namespace conform {

/// Under TMPDIR, or where files may be longer; removed at the end. What a run left that could not come to its end goes
/// when the next one is made.
class WorkFolder {
 public:
  static Result<WorkFolder> make();
  /// Where the longest files can be (8 EiB, nearly all of it hole).
  static Result<WorkFolder> on_tmpfs();
  WorkFolder(WorkFolder&& other) noexcept : root_(std::exchange(other.root_, {})), held_(std::move(other.held_)) {}
  WorkFolder& operator=(WorkFolder&&) = delete;
  ~WorkFolder();

  const std::filesystem::path& root() const { return root_; }
  /// A folder in it for what programs under test are not to see.
  std::filesystem::path hidden() const { return root_ / "hidden"; }
  /// Whether its file system can hold a (sparse) file of that size.
  bool holds(std::uint64_t size) const;

 private:
  static Result<WorkFolder> under(const std::filesystem::path& parent);
  WorkFolder(std::filesystem::path root, FileDescriptor held) : root_(std::move(root)), held_(std::move(held)) {}
  std::filesystem::path root_;
  FileDescriptor held_;  // locked: who can lock it too knows that its run is over
};

}  // namespace conform
