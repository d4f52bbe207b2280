// Where guest bytes go: a regular file, replaced only when the new one is whole, or a pipe or device, written in order.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>

namespace qcow2 {

/// All failures are UsageErrors. Bytes that are never written read as zeros.
class Output {
 public:
  virtual ~Output() = default;
  /// Whether write_at must be called with ascending offsets, by one thread at a time.
  virtual bool in_order() const = 0;
  /// `offset` counts from the beginning of the output.
  virtual void write_at(std::uint64_t offset, std::span<const std::byte> bytes) = 0;
  /// Makes the output `length` bytes long, and good.
  virtual void finish(std::uint64_t length) = 0;
};

/// `out` is a path, or "-" for standard output.
std::unique_ptr<Output> open_output(const std::filesystem::path& out);

}  // namespace qcow2
