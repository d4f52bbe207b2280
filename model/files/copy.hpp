// A copy of an image's file that is worked on, and put in place of a file when it is right.
#pragma once

#include <filesystem>

#include "files/files.hpp"
#include "files/replacement.hpp"
#include "format/byte_sink.hpp"

namespace qcow2 {

/// Grows where it is written after its end. Failures are UsageErrors.
class Copy final : public ByteStore {
 public:
  /// Holes stay holes. `place` is what the copy may replace.
  Copy(const ByteSource& bytes, const std::filesystem::path& place);

  std::uint64_t size() const override { return size_; }
  std::size_t read_at(HostOffset offset, std::span<std::byte> out) const override;
  HostOffset next_data(HostOffset offset) const override;
  void write_at(HostOffset offset, std::span<const std::byte> bytes) override;

  /// On the disk before it has the name.
  void put_in_place();

 private:
  FileSource source() const { return {file_.descriptor(), size_}; }

  Replacement file_;
  std::uint64_t size_ = 0;
};

/// Throws UsageError where the file is no regular one, or another program has it open: QEMU holds locks on bytes 100 to
/// 299 of the images that it has open.
void refuse_file_in_use(const OpenFile& file);

}  // namespace qcow2
