// A new file that takes the place of an old one only when it is whole. Until then it has no name, where the file system
// can do that, so that nothing is left behind even when the program is killed.
#pragma once

#include <filesystem>
#include <span>

#include "files/files.hpp"

namespace qcow2 {

/// All failures are UsageErrors.
class Replacement {
 public:
  /// `path` may be a link, and need not exist. Nothing of what is there is changed before finish.
  explicit Replacement(const std::filesystem::path& path);
  ~Replacement();
  Replacement(const Replacement&) = delete;
  Replacement& operator=(const Replacement&) = delete;

  /// For reading and writing.
  int descriptor() const { return handle_.get(); }
  void write_at(std::uint64_t offset, std::span<const std::byte> bytes);
  void make_length(std::uint64_t length);
  /// Makes the file `length` bytes long, and puts it in place. With `durable` it is on the disk before it is there.
  void finish(std::uint64_t length, bool durable = false);

 private:
  void give_name();

  std::filesystem::path path_;
  std::filesystem::path temporary_;
  Handle handle_;
  bool named_ = false;  ///< the temporary name exists
};

}  // namespace qcow2
