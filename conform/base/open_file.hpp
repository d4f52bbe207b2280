// A file that is open for reading, and where in it data stands: holes are found, not read.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>
#include <vector>

#include "base/result.hpp"

namespace conform {

struct Segment {
  std::uint64_t begin;
  std::uint64_t end;
};

class FileDescriptor {
 public:
  explicit FileDescriptor(int number = -1) : number_(number) {}
  FileDescriptor(FileDescriptor&& other) noexcept : number_(other.release()) {}
  FileDescriptor& operator=(FileDescriptor&& other) noexcept;
  ~FileDescriptor() { close(); }

  int get() const { return number_; }
  int release();
  void close();

 private:
  int number_;
};

struct Pipe {
  FileDescriptor read, write;
  /// `flags` as of pipe2(2); both ends are closed on exec.
  static std::optional<Pipe> make(int flags);
};

class OpenFile {
 public:
  static Result<OpenFile> open(const std::filesystem::path& path);

  std::uint64_t size() const { return size_; }
  int descriptor() const { return descriptor_.get(); }

  /// Fills `buffer` from `offset`; what lies past the end of the file arrives as zeros.
  Result<void> read_at(std::uint64_t offset, std::span<std::byte> buffer) const;

  /// The data segments of [begin, end), in order; everything between them is zeros.
  std::vector<Segment> data(std::uint64_t begin, std::uint64_t end) const;

 private:
  OpenFile(FileDescriptor descriptor, std::uint64_t size) : descriptor_(std::move(descriptor)), size_(size) {}
  FileDescriptor descriptor_;
  std::uint64_t size_;
};

}  // namespace conform
