// The theorems of spec/erratum.md about lengths, tried on every pair one by one: all host_offset % 512 with all lengths
// 1..2 * cluster_size, and with all size fields, at all 13 cluster sizes; some 4 * 10^9 pairs. Written out plainly and
// alone, without the model and without the steps by which theorems.py needs fewer pairs. Of host clusters, where a
// third number comes in, every triple is tried for clusters up to 4 KiB, whole sectors above.
//
//     c++ -std=c++20 -O2 -pthread spec/proofs/exhaustive.cpp -o exhaustive && ./exhaustive
//
// Exit 0 when all hold, 1 with the first counter-example.
#include <atomic>
#include <cinttypes>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <thread>
#include <vector>

namespace {

using Number = std::uint64_t;

constexpr Number sector = 512;

// "Number of additional 512-byte sectors ..., beyond the sector containing the offset"
constexpr Number available(Number r, Number n) { return (n + 1) * sector - r; }

// The sector of the last byte, counted from the sector of the first.
constexpr Number least(Number r, Number length) { return (r + length - 1) / sector; }

std::atomic<Number> tried{0};
thread_local Number pairs = 0;

[[noreturn]] void fail(const char* theorem, unsigned cluster_bits, Number r, Number other) {
  std::printf("%s fails: cluster_bits %u, r %" PRIu64 ", other %" PRIu64 "\n", theorem, cluster_bits, r, other);
  std::fflush(stdout);
  std::_Exit(1);
}

// fits: L fits exactly when L <= 2 * cluster_size - r; the least field covers it and one less does not.
// before-fits-not: with half as many values of the field, exactly when L <= cluster_size - r.
// writer-bound: up to cluster_size - 1 the extent ends at cluster_size + 510, at r 2 alone; cluster_size itself: + 511.
void lengths(unsigned cluster_bits, Number r) {
  const Number cluster_size = Number{1} << cluster_bits;
  const Number values = cluster_size / 256;
  const Number values_before = cluster_size / 512;
  for (Number length = 1; length <= 2 * cluster_size; ++length) {
    const Number n = least(r, length);
    const Number extent = available(r, n);
    if (extent < length || (n > 0 && available(r, n - 1) >= length)) fail("least", cluster_bits, r, length);
    if ((n < values) != (length <= 2 * cluster_size - r)) fail("fits", cluster_bits, r, length);
    if ((n < values_before) != (length <= cluster_size - r)) fail("before-fits-not", cluster_bits, r, length);
    if (length < cluster_size && extent >= cluster_size + 510 && !(r == 2 && length == cluster_size - 1)) {
      fail("writer-bound", cluster_bits, r, length);
    }
    if (length <= cluster_size && extent > cluster_size + 511) fail("writer-bound", cluster_bits, r, length);
  }
  pairs += 2 * cluster_size;
}

// maximum and prefix: the extents of n = 0, 1, ... are 512 - r long and grow by 512 up to 2 * cluster_size - r.
void fields(unsigned cluster_bits, Number r) {
  const Number cluster_size = Number{1} << cluster_bits;
  const Number values = cluster_size / 256;
  if (available(r, 0) != sector - r) fail("maximum", cluster_bits, r, 0);
  if (available(r, values - 1) != 2 * cluster_size - r) fail("maximum", cluster_bits, r, values - 1);
  for (Number n = 0; n + 1 < values; ++n) {
    if (available(r, n + 1) != available(r, n) + sector) fail("prefix", cluster_bits, r, n);
    if (available(r, n) >= 2 * cluster_size - r) fail("maximum", cluster_bits, r, n);
  }
  pairs += values;
}

// refcounts: a stream from `place` in a host cluster and a field n that covers it touch the same host clusters for the
// least n, and for a larger one exactly when no border of a host cluster lies between.
void host_cluster(unsigned cluster_bits, Number place, Number length, Number n) {
  const Number last_of_stream = (place + length - 1) >> cluster_bits;
  const Number end = place + available(place % sector, n);
  const bool same = (end - 1) >> cluster_bits == last_of_stream;
  const bool is_least = n == least(place % sector, length);
  if (is_least && !same) fail("refcounts", cluster_bits, place, length);
  if (same != (end <= (last_of_stream + 1) << cluster_bits)) fail("refcounts", cluster_bits, place, length);
  if (cluster_bits == 9 && same != is_least) fail("refcounts", cluster_bits, place, length);
}

// Clusters up to 4 KiB: every place, length and field. Larger ones: whole sectors, and of the fields the least and the
// next, the last before the border and the first behind it, and the largest; ends only grow with n.
void host_clusters(unsigned cluster_bits, Number place) {
  const Number cluster_size = Number{1} << cluster_bits;
  const Number values = cluster_size / 256;
  const bool bytewise = cluster_bits <= 12;
  const Number step = bytewise ? 1 : sector;
  for (Number length = step; length <= 2 * cluster_size - place % sector; length += step) {
    const Number first = least(place % sector, length);
    if (bytewise) {
      for (Number n = first; n < values; ++n) host_cluster(cluster_bits, place, length, n);
    } else {
      const Number border = (((place + length - 1) >> cluster_bits) + 1) * (cluster_size / sector) - place / sector;
      for (const Number n : {first, first + 1, border - 1, border, values - 1}) {
        if (n < values) host_cluster(cluster_bits, place, length, n);
      }
    }
    ++pairs;
  }
}

struct Task {
  unsigned cluster_bits;
  Number first;
  Number count;
};

void run(const Task& task) {
  const Number cluster_size = Number{1} << task.cluster_bits;
  for (Number r = task.first; r < task.first + task.count; ++r) {
    lengths(task.cluster_bits, r);
    fields(task.cluster_bits, r);
  }
  const Number step = task.cluster_bits <= 12 ? 1 : sector;
  const Number places = cluster_size / step;
  for (Number place = task.first * places / sector; place < (task.first + task.count) * places / sector; ++place) {
    host_clusters(task.cluster_bits, place * step);
  }
  tried += pairs;
  pairs = 0;
}

}  // namespace

int main() {
  std::vector<Task> tasks;
  constexpr Number share = 16;
  for (unsigned cluster_bits = 21; cluster_bits >= 9; --cluster_bits) {
    for (Number first = 0; first < sector; first += share) tasks.push_back({cluster_bits, first, share});
  }
  std::atomic<std::size_t> next{0};
  auto work = [&] {
    for (std::size_t i = next++; i < tasks.size(); i = next++) run(tasks[i]);
  };
  std::vector<std::jthread> threads(std::thread::hardware_concurrency() > 1 ? std::thread::hardware_concurrency() : 1);
  for (std::jthread& thread : threads) thread = std::jthread(work);
  for (std::jthread& thread : threads) thread.join();
  std::printf("least, fits, before-fits-not, writer-bound, maximum, prefix, refcounts hold: %" PRIu64 " tried\n",
              tried.load());
  return 0;
}
