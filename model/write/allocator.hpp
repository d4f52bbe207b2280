// Where a new image's streams, clusters and tables go.
//
// Streams are packed back to back, over the borders of sectors and host clusters. A host cluster that carries as many
// references as its refcount can count takes no more, and a new one is begun. Refcount blocks get their places as the
// file grows, each near what it counts; they count themselves too.
#pragma once

#include <cstdint>
#include <vector>

#include "format/offsets.hpp"
#include "format/refcount.hpp"
#include "format/references.hpp"

namespace qcow2 {

class Allocator {
 public:
  /// Nothing is used yet.
  Allocator(unsigned cluster_bits, unsigned refcount_order)
      : cluster_bits_(cluster_bits),
        refcount_max_(refcount_max(refcount_order)),
        block_entries_(refcount_block_entries(cluster_bits, refcount_order)),
        references_(cluster_bits) {}

  /// `count` host clusters in a row, each with one reference.
  HostOffset clusters(std::uint64_t count) {
    const HostOffset offset = reserve(count);
    use(offset, count);
    add_refcount_blocks();
    return offset;
  }

  /// `count` host clusters in a row that nothing refers to yet, and nothing else will get.
  HostOffset reserve(std::uint64_t count) {
    const HostOffset offset{end_cluster_ << cluster_bits_};
    end_cluster_ += count;
    return offset;
  }

  /// A reference to each of `count` host clusters that were reserved.
  void use(HostOffset offset, std::uint64_t count) {
    if (count > 0) references_.add(offset, count << cluster_bits_);
  }

  /// `length` bytes, at least 1 and at most a cluster; each host cluster that they touch gets one reference more.
  HostOffset stream(std::uint64_t length) {
    // [refcount-width] "A writer that would pass it puts the stream into another host cluster."
    if (!fits(length)) stream_at_ = {end_cluster_ << cluster_bits_};
    const HostOffset offset = stream_at_;
    references_.add(offset, length);  // [refcount-extent] [refcount-over-stream] the size field will be the least
    stream_at_ = offset + length;     // [writer-packing]
    end_cluster_ = std::max(end_cluster_, cluster_of(offset + (length - 1)) + 1);
    add_refcount_blocks();
    return offset;
  }

  const References& references() const { return references_; }
  /// By their index in the refcount table: every host cluster in use has its count in one of them.
  const std::vector<HostOffset>& refcount_blocks() const { return refcount_blocks_; }
  /// One past the last host cluster in use.
  std::uint64_t end_cluster() const { return end_cluster_; }
  /// Where the file can end: in its last host cluster, behind what is in use there.
  HostOffset end() const {
    const HostOffset end{end_cluster_ << cluster_bits_};
    const bool stream_is_last = cluster_of(stream_at_) + 1 == end_cluster_;
    return stream_is_last ? stream_at_ : end;
  }

 private:
  std::uint64_t cluster_of(HostOffset offset) const { return offset.value >> cluster_bits_; }

  /// Whether the stream may begin where the last one ended.
  bool fits(std::uint64_t length) const {
    if ((stream_at_.value & low_bits(cluster_bits_)) == 0) return false;  // the cluster there may be another's by now
    const std::uint64_t first = cluster_of(stream_at_);
    const std::uint64_t last = cluster_of(stream_at_ + (length - 1));
    if (references_.at(first) >= refcount_max_) return false;
    return last == first || last == end_cluster_;
  }

  void add_refcount_blocks() {
    while (refcount_blocks_.size() * block_entries_ < end_cluster_) {
      const HostOffset block = reserve(1);
      use(block, 1);
      refcount_blocks_.push_back(block);
    }
  }

  unsigned cluster_bits_;
  std::uint64_t refcount_max_;
  std::uint64_t block_entries_;
  References references_;
  std::vector<HostOffset> refcount_blocks_;
  HostOffset stream_at_;  ///< where the last stream ended; 0: there was none
  std::uint64_t end_cluster_ = 0;
};

}  // namespace qcow2
