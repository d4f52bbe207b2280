#include "write/compress_clusters.hpp"

#include <algorithm>
#include <cassert>
#include <vector>

#include "format/rounding.hpp"
#include "read/parallel.hpp"
#include "write/compress.hpp"

namespace qcow2 {

namespace {

constexpr std::uint64_t batch_bytes_per_job = 4 << 20;

/// Room for the clusters that are prepared at one time: no more than there are.
class Batch {
 public:
  Batch(const ByteSource& raw, unsigned cluster_bits, CompressionType type, std::uint64_t jobs, std::uint64_t total)
      : raw_(raw),
        cluster_size_(std::size_t{1} << cluster_bits),
        clusters_(std::min(total, std::max(jobs, jobs * batch_bytes_per_job >> cluster_bits))),
        data_(clusters_.size() * cluster_size_),
        streams_(clusters_.size() * cluster_size_) {
    for (std::uint64_t i = 0; i < std::min(jobs, total); ++i) compressors_.emplace_back(type);
  }

  std::uint64_t capacity() const { return clusters_.size(); }

  /// Prepares `count` clusters from `first` on, at most capacity().
  std::span<const PreparedCluster> prepare(std::uint64_t first, std::uint64_t count) {
    in_parallel(compressors_.size(), count,
                [&](std::size_t thread, std::size_t i) { prepare_one(first, i, compressors_[thread]); });
    return std::span(clusters_).first(count);
  }

 private:
  void prepare_one(std::uint64_t first, std::size_t i, Compressor& compressor) {
    const auto data = std::span(data_).subspan(i * cluster_size_, cluster_size_);
    // [writer-no-long-stream]
    const auto stream = std::span(streams_).subspan(i * cluster_size_, cluster_size_ - 1);
    PreparedCluster& cluster = clusters_[i];
    cluster = {.guest_cluster = first + i};
    const std::size_t got = raw_.read_at({cluster.guest_cluster * cluster_size_}, data);
    // [writer-whole-cluster] "The stream of the last guest cluster gives a whole cluster too"
    std::ranges::fill(data.subspan(got), std::byte{0});
    if (std::ranges::all_of(data, [](std::byte b) { return b == std::byte{0}; })) return;
    if (const auto length = compressor.compress(data, stream)) {
      cluster.form = PreparedCluster::Form::stream;
      cluster.bytes = stream.first(*length);
    } else {
      cluster.form = PreparedCluster::Form::as_is;
      cluster.bytes = data;
    }
  }

  const ByteSource& raw_;
  std::size_t cluster_size_;
  std::vector<PreparedCluster> clusters_;
  std::vector<std::byte> data_;
  std::vector<std::byte> streams_;
  std::vector<Compressor> compressors_;
};

}  // namespace

void compress_clusters(const ByteSource& raw, unsigned cluster_bits, CompressionType type, unsigned jobs,
                       const std::function<void(const PreparedCluster&)>& place) {
  assert(jobs > 0);
  const std::uint64_t cluster_size = std::uint64_t{1} << cluster_bits;
  const std::uint64_t total = divide_up(raw.size(), cluster_size);
  Batch batch(raw, cluster_bits, type, jobs, total);
  // Holes are passed over: the time follows the data, not the size of the disk.
  const auto next_with_data = [&](std::uint64_t cluster) {
    return cluster < total ? raw.next_data({cluster * cluster_size}).value / cluster_size : total;
  };
  for (std::uint64_t first = next_with_data(0); first < total;) {
    const std::uint64_t count = std::min(batch.capacity(), total - first);
    for (const PreparedCluster& cluster : batch.prepare(first, count)) place(cluster);
    first = next_with_data(first + count);
  }
}

}  // namespace qcow2
