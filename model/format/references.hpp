// How many references to each host cluster have been found: a counter of 4 bytes for each, in pages that exist only
// where there is something to count, so that a sparse file of any length costs what it holds. A host cluster can be
// marked as one that holds a table.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>

#include "format/offsets.hpp"

namespace qcow2 {

/// A count that holds from the place that was asked for up to `end`.
struct CountRun {
  std::uint64_t count = 0;
  std::uint64_t end = 0;
};

class References {
 public:
  explicit References(unsigned cluster_bits) : cluster_bits_(cluster_bits) {}

  /// Adds `times` to every host cluster that [offset, offset + length) touches.
  void add(HostOffset offset, std::uint64_t length, std::uint64_t times = 1) {
    if (length == 0) return;
    // [refcount-extent] "one to the refcount of every host cluster that its extent touches"
    const std::uint64_t last = (offset.value + length - 1) >> cluster_bits_;
    for (std::uint64_t cluster = offset.value >> cluster_bits_; cluster <= last; ++cluster) {
      add_to(cluster, times);
      end_ = std::max(end_, cluster + 1);
    }
  }

  /// Of a host cluster that has been added.
  void mark_as_table(std::uint64_t host_cluster) { page(host_cluster).tables |= bit(host_cluster); }

  bool is_table(std::uint64_t host_cluster) const {
    const Page* page = find_page(host_cluster);
    return page != nullptr && (page->tables & bit(host_cluster)) != 0;
  }

  std::uint64_t at(std::uint64_t host_cluster) const {
    const Page* page = find_page(host_cluster);
    return page == nullptr ? 0 : full_count(*page, host_cluster);
  }

  /// The count of one host cluster, and of those behind it that have the same and are tables or not as it is.
  CountRun run_at(std::uint64_t host_cluster) const {
    const auto found = places_.lower_bound(host_cluster / page_size);
    if (found == places_.end()) return {0, ~std::uint64_t{0}};
    const std::uint64_t page_begin = found->first * page_size;
    if (page_begin > host_cluster) return {0, page_begin};
    const Page& counters = pages_[found->second];
    std::uint64_t end = host_cluster + 1;
    while (end % page_size != 0 && counters.alike(end, host_cluster)) ++end;
    if (counters.counts[host_cluster % page_size] == large) end = host_cluster + 1;
    return {full_count(counters, host_cluster), end};
  }

  /// One past the last host cluster that is referenced.
  std::uint64_t end() const { return end_; }

 private:
  static constexpr std::uint64_t page_size = 64;  // small: a stranger's entries may all lie in different ones
  static constexpr std::uint32_t large = ~std::uint32_t{0};  ///< the count stands in large_
  struct Page {
    std::array<std::uint32_t, page_size> counts{};
    std::uint64_t tables = 0;  ///< a bit for each

    bool alike(std::uint64_t a, std::uint64_t b) const {
      return counts[a % page_size] == counts[b % page_size] && ((tables & bit(a)) != 0) == ((tables & bit(b)) != 0);
    }
  };

  static std::uint64_t bit(std::uint64_t cluster) { return std::uint64_t{1} << cluster % page_size; }

  void add_to(std::uint64_t cluster, std::uint64_t times) {
    std::uint32_t& counter = page(cluster).counts[cluster % page_size];
    if (counter != large && times < large - counter) {
      counter += static_cast<std::uint32_t>(times);
    } else {
      large_[cluster] += times + (counter != large ? counter : 0);
      counter = large;
    }
  }

  std::uint64_t full_count(const Page& page, std::uint64_t cluster) const {
    const std::uint32_t counter = page.counts[cluster % page_size];
    return counter == large ? large_.at(cluster) : counter;
  }

  const Page* find_page(std::uint64_t cluster) const {
    const auto found = places_.find(cluster / page_size);
    return found == places_.end() ? nullptr : &pages_[found->second];
  }

  /// The page of the cluster, a new one where there is none yet.
  Page& page(std::uint64_t cluster) {
    const std::uint64_t number = cluster / page_size;
    if (pages_.empty() || number != latest_number_) {
      const auto [found, is_new] = places_.try_emplace(number, pages_.size());
      if (is_new) pages_.emplace_back();
      latest_number_ = number;
      latest_place_ = found->second;
    }
    return pages_[latest_place_];
  }

  unsigned cluster_bits_;
  std::uint64_t end_ = 0;
  std::deque<Page> pages_;                       ///< in the order in which they came to be
  std::map<std::uint64_t, std::size_t> places_;  ///< by a page's number, its place in pages_; so a copy is a copy
  std::map<std::uint64_t, std::uint64_t> large_;
  std::uint64_t latest_number_ = 0;  ///< of the page that was wanted last, and its place in pages_
  std::size_t latest_place_ = 0;
};

}  // namespace qcow2
