// A file opened for reading, and closed with what holds it.
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <utility>

#include "format/byte_source.hpp"

namespace qcow2 {

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

}  // namespace qcow2
