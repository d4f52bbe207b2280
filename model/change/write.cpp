#include "change/write.hpp"

#include <algorithm>
#include <vector>

#include "change/state/clusters.hpp"
#include "change/state/tables.hpp"

namespace qcow2::change {

namespace {

/// Writes what a part of a cluster is to be; the rest of it stays.
Result<void> write_part(State& state, const Part& part, const Content& content) {
  std::vector<std::byte> cluster(state.cluster_size());
  // [modify-guest-bytes] "leaves all other guest bytes as they were"; what cannot be read cannot stay [modify-refused]
  if (!part.whole) {
    if (auto read = read_cluster(state, part.guest_cluster, cluster); !read) return read;
  }
  content(part.done, std::span(cluster).subspan(part.begin, part.end - part.begin));
  return write_cluster(state, part.guest_cluster, cluster);
}

bool reads_as_zeros(const State& state, std::uint64_t guest_cluster) {
  return state.backing == nullptr && is_empty(load_entry(state, guest_cluster));
}

}  // namespace

Result<void> write(State& state, GuestOffset offset, std::uint64_t length, const Content& content) {
  if (auto judged = judge_range(state, offset, length); !judged) return judged;
  for (std::uint64_t done = 0; done < length;) {
    const Part part = part_at(state, offset, length, done);
    if (auto written = write_part(state, part, content); !written) return written;
    done += part.end - part.begin;
  }
  return {};
}

Result<void> write_zeroes(State& state, GuestOffset offset, std::uint64_t length) {
  if (auto judged = judge_range(state, offset, length); !judged) return judged;
  const Content zeros = [](std::uint64_t, std::span<std::byte> out) { std::ranges::fill(out, std::byte{0}); };
  for (std::uint64_t done = 0; done < length;) {
    const Part part = part_at(state, offset, length, done);
    if (!reads_as_zeros(state, part.guest_cluster)) {
      auto written = part.whole ? zero_cluster(state, part.guest_cluster) : write_part(state, part, zeros);
      if (!written) return written;
    }
    done += part.end - part.begin;
  }
  return {};
}

}  // namespace qcow2::change
