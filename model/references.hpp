// How many references to each host cluster have been found: a counter of 8 bytes for each, in pages that exist only
// where there is something to count, so that a sparse file of any length costs what it holds.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <map>
#include <memory>

#include "offsets.hpp"

namespace qcow2 {

class References {
 public:
  explicit References(unsigned cluster_bits) : cluster_bits_(cluster_bits) {}

  /// Adds `times` to every host cluster that [offset, offset + length) touches. [refcount-extent]
  void add(HostOffset offset, std::uint64_t length, std::uint64_t times = 1) {
    if (length == 0) return;
    const std::uint64_t last = (offset.value + length - 1) >> cluster_bits_;
    for (std::uint64_t cluster = offset.value >> cluster_bits_; cluster <= last; ++cluster) {
      page(cluster)[cluster % page_size] += times;
      end_ = std::max(end_, cluster + 1);
    }
  }

  std::uint64_t at(std::uint64_t host_cluster) const {
    const auto found = pages_.find(host_cluster / page_size);
    return found == pages_.end() ? 0 : (*found->second)[host_cluster % page_size];
  }

  /// One past the last host cluster that is referenced.
  std::uint64_t end() const { return end_; }

  /// Whether any of the clusters in [first, last) may be referenced; false is certain.
  bool any_in(std::uint64_t first, std::uint64_t last) const {
    const auto next = pages_.lower_bound(first / page_size);
    return next != pages_.end() && next->first * page_size < last;
  }

  /// The first cluster from `first` on, below `end`, that may be referenced; `end` where there is none.
  std::uint64_t next(std::uint64_t first, std::uint64_t end) const {
    const auto page = pages_.lower_bound(first / page_size);
    return page == pages_.end() ? end : std::clamp(page->first * page_size, first, end);
  }

 private:
  static constexpr std::uint64_t page_size = 64;  // small: a stranger's entries may all lie in different ones
  using Page = std::array<std::uint64_t, page_size>;

  Page& page(std::uint64_t cluster) {
    const std::uint64_t number = cluster / page_size;
    if (number != latest_number_ || latest_ == nullptr) {
      auto& slot = pages_[number];
      if (!slot) slot = std::make_unique<Page>();
      latest_ = slot.get();
      latest_number_ = number;
    }
    return *latest_;
  }

  unsigned cluster_bits_;
  std::uint64_t end_ = 0;
  std::map<std::uint64_t, std::unique_ptr<Page>> pages_;
  Page* latest_ = nullptr;
  std::uint64_t latest_number_ = 0;
};

}  // namespace qcow2
