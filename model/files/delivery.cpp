#include "files/delivery.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <condition_variable>
#include <exception>
#include <mutex>
#include <thread>
#include <vector>

#include "files/errors.hpp"
#include "files/output.hpp"
#include "files/sparsely.hpp"

namespace qcow2 {

namespace {

struct Part {
  std::uint64_t number;
  GuestOffset offset;
  std::size_t length;
};

constexpr std::uint64_t part_size_min = 256 * 1024;

/// Hands out the parts of a range that may hold other bytes than zeros, in order.
class Parts {
 public:
  Parts(const Reader& reader, std::uint64_t begin, std::uint64_t end)
      : reader_(reader),
        walk_(reader.image()),
        part_size_(std::max(part_size_min, reader.image().header.cluster_size())),
        at_(begin),
        end_(end) {}

  /// Nothing at the end of the range.
  Result<std::optional<Part>> next() {
    while (at_ < end_) {
      const auto extent = reader_.extent_at({at_}, walk_);
      if (!extent) return tl::unexpected(extent.error());
      if (!extent->zero) break;
      at_ += std::min(extent->length, end_ - at_);
    }
    if (at_ == end_) return std::nullopt;
    const std::uint64_t length = std::min(part_size_ - at_ % part_size_, end_ - at_);
    const Part part{number_++, {at_}, static_cast<std::size_t>(length)};
    at_ += length;
    return part;
  }

 private:
  const Reader& reader_;
  Walk walk_;
  std::uint64_t part_size_;
  std::uint64_t at_;
  std::uint64_t end_;
  std::uint64_t number_ = 0;
};

/// Several threads that read parts until there are no more, or one of them fails.
class ParallelCopy {
 public:
  ParallelCopy(const Reader& reader, Output& output, std::uint64_t begin, std::uint64_t end)
      : reader_(reader), output_(output), begin_(begin), parts_(reader, begin, end) {}

  /// Throws what the failed part with the lowest offset has thrown.
  void run(unsigned jobs) {
    std::vector<std::jthread> threads;
    for (unsigned i = 1; i < jobs; ++i) threads.emplace_back([this] { work(); });
    work();
    threads.clear();
    if (failure_) std::rethrow_exception(failure_);
  }

 private:
  void work() {
    std::uint64_t at = after_all_parts;
    try {
      Scratch scratch;
      std::vector<std::byte> buffer;
      while (const auto part = take()) {
        at = part->number;
        buffer.resize(part->length);
        value_or_refuse(reader_.read(part->offset, buffer, scratch));
        write(*part, buffer);
        at = after_all_parts;
      }
    } catch (...) {
      fail(at, std::current_exception());
    }
  }

  std::optional<Part> take() {
    const std::lock_guard lock(mutex_);
    if (failure_) return std::nullopt;
    return value_or_refuse(parts_.next());
  }

  void write(const Part& part, std::span<const std::byte> bytes) {
    const std::uint64_t offset = part.offset.value - begin_;
    if (!output_.in_order()) {
      return write_sparsely(offset, bytes,
                            [&](std::uint64_t at, std::span<const std::byte> data) { output_.write_at(at, data); });
    }
    std::unique_lock lock(mutex_);
    turn_.wait(lock, [&] { return written_ == part.number || failed_at_ < part.number; });
    if (failed_at_ < part.number) return;
    lock.unlock();
    output_.write_at(offset, bytes);
    lock.lock();
    ++written_;
    turn_.notify_all();
  }

  void fail(std::uint64_t number, std::exception_ptr failure) {
    const std::lock_guard lock(mutex_);
    if (!failure_ || number < failed_at_) {
      failed_at_ = number;
      failure_ = std::move(failure);
    }
    turn_.notify_all();
  }

  /// Where taking a part fails: parts that are taken already may yet fail, and count for more.
  static constexpr std::uint64_t after_all_parts = ~std::uint64_t{0};

  const Reader& reader_;
  Output& output_;
  std::uint64_t begin_;
  Parts parts_;
  std::mutex mutex_;
  std::condition_variable turn_;
  std::uint64_t written_ = 0;  ///< parts, where the output is in order
  std::uint64_t failed_at_ = after_all_parts;
  std::exception_ptr failure_;
};

}  // namespace

void deliver(const Reader& reader, std::uint64_t offset, std::optional<std::uint64_t> wanted,
             const std::filesystem::path& out, unsigned jobs) {
  const std::uint64_t size = reader.size();
  const std::uint64_t length = wanted.value_or(size - std::min(size, offset));
  // [range-empty] "A read of 0 bytes, at any offset up to the end of the disk, succeeds" [range-past-end]
  if (offset > size || length > size - offset) {
    throw Refusal(
        {rule::range_past_end,
         {.guest_offset = offset},
         fmt::format("a range of {} bytes reaches past the end of the disk, which has {} bytes", length, size)});
  }
  const auto output = open_output(out);
  ParallelCopy(reader, *output, offset, offset + length).run(jobs);
  output->finish(length);
}

}  // namespace qcow2
