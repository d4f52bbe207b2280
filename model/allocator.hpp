// Where a new image's streams and clusters go.
//
// Streams are packed back to back, over the borders of sectors and host clusters: [writer-packing]. A host cluster that
// carries as many references as its refcount can count takes no more, and a new one is begun: [refcount-width].
#pragma once

#include <cstdint>

#include "offsets.hpp"
#include "references.hpp"

namespace qcow2 {

class Allocator {
 public:
  /// Nothing is used yet. `refcount_max` is the largest refcount that the image can store.
  Allocator(unsigned cluster_bits, std::uint64_t refcount_max)
      : cluster_bits_(cluster_bits), refcount_max_(refcount_max), references_(cluster_bits) {}

  /// `count` host clusters in a row, each with one reference.
  HostOffset clusters(std::uint64_t count) {
    const HostOffset offset{end_cluster_ << cluster_bits_};
    end_cluster_ += count;
    if (count > 0) references_.add(offset, count << cluster_bits_);
    return offset;
  }

  /// `length` bytes, at least 1 and at most a cluster; each host cluster that they touch gets one reference more.
  HostOffset stream(std::uint64_t length) {
    if (!fits(length)) stream_at_ = {end_cluster_ << cluster_bits_};
    const HostOffset offset = stream_at_;
    references_.add(offset, length);  // [refcount-over-stream] the size field will be the least
    stream_at_ = offset + length;
    end_cluster_ = std::max(end_cluster_, cluster_of(offset + (length - 1)) + 1);
    return offset;
  }

  const References& references() const { return references_; }
  /// One past the last host cluster in use.
  std::uint64_t end_cluster() const { return end_cluster_; }

 private:
  std::uint64_t cluster_of(HostOffset offset) const { return offset.value >> cluster_bits_; }

  /// Whether the stream may begin where the last one ended.
  bool fits(std::uint64_t length) const {
    if (stream_at_.value == 0) return false;
    const std::uint64_t first = cluster_of(stream_at_);
    const std::uint64_t last = cluster_of(stream_at_ + (length - 1));
    if (references_.at(first) >= refcount_max_) return false;
    return last == first ? first < end_cluster_ : last == end_cluster_;
  }

  unsigned cluster_bits_;
  std::uint64_t refcount_max_;
  References references_;
  HostOffset stream_at_;  ///< where the last stream ended; 0: there was none
  std::uint64_t end_cluster_ = 0;
};

}  // namespace qcow2
