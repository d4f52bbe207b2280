#include "files/output.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>

#include "files/errors.hpp"
#include "files/files.hpp"
#include "files/replacement.hpp"

namespace qcow2 {

namespace {

class FileOutput final : public Output {
 public:
  explicit FileOutput(const std::filesystem::path& path) : file_(path) {}
  bool in_order() const override { return false; }
  void write_at(std::uint64_t offset, std::span<const std::byte> bytes) override { file_.write_at(offset, bytes); }
  void finish(std::uint64_t length) override { file_.finish(length); }

 private:
  Replacement file_;
};

class StreamOutput final : public Output {
 public:
  StreamOutput(std::filesystem::path path, Handle handle) : path_(std::move(path)), handle_(std::move(handle)) {}

  bool in_order() const override { return true; }

  void write_at(std::uint64_t offset, std::span<const std::byte> bytes) override {
    write_zeros_to(offset);
    write(bytes);
  }

  void finish(std::uint64_t length) override { write_zeros_to(length); }

 private:
  void write_zeros_to(std::uint64_t offset) {
    static constexpr std::array<std::byte, 65536> zeros{};
    while (position_ < offset) {
      write(
          std::span(zeros).first(static_cast<std::size_t>(std::min<std::uint64_t>(zeros.size(), offset - position_))));
    }
  }

  void write(std::span<const std::byte> bytes) {
    while (!bytes.empty()) {
      const ssize_t written = ::write(handle_.get(), bytes.data(), bytes.size());
      if (written < 0 && errno == EINTR) continue;
      if (written < 0 && errno == EPIPE) throw ClosedPipe();
      if (written < 0) fail_to_write(path_);
      position_ += static_cast<std::uint64_t>(written);
      bytes = bytes.subspan(static_cast<std::size_t>(written));
    }
  }

  std::filesystem::path path_;
  Handle handle_;
  std::uint64_t position_ = 0;
};

}  // namespace

std::unique_ptr<Output> open_output(const std::filesystem::path& out) {
  if (out == "-") return std::make_unique<StreamOutput>("standard output", Handle(::dup(STDOUT_FILENO)));
  struct stat status = {};
  const bool in_place = ::stat(out.c_str(), &status) == 0 && !S_ISREG(status.st_mode);
  if (!in_place) return std::make_unique<FileOutput>(out);
  Handle handle(::open(out.c_str(), O_WRONLY | O_CLOEXEC));
  if (handle.get() < 0) fail_to_write(out);
  return std::make_unique<StreamOutput>(out, std::move(handle));
}

}  // namespace qcow2
