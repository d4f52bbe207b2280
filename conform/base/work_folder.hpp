// Folders of our own for a while: the folder of a run, and names that say nothing.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <utility>

#include "base/result.hpp"

namespace conform {

/// 16 random hex digits.
std::string random_name();

/// Takes the folder away, with all that is in it, if there is one.
void remove_tree(const std::filesystem::path& folder);

/// The folder of one run, under TMPDIR; removed at the end.
class WorkFolder {
 public:
  static Result<WorkFolder> make();
  WorkFolder(WorkFolder&& other) noexcept : root_(std::exchange(other.root_, {})) {}
  WorkFolder& operator=(WorkFolder&&) = delete;
  ~WorkFolder();

  const std::filesystem::path& root() const { return root_; }
  /// Whether its file system can hold a (sparse) file of that size.
  bool holds(std::uint64_t size) const;

 private:
  explicit WorkFolder(std::filesystem::path root) : root_(std::move(root)) {}
  std::filesystem::path root_;
};

}  // namespace conform
