#include "check/check_streams.hpp"

#include <optional>

#include "read/parallel.hpp"

namespace qcow2 {

namespace {

constexpr std::size_t batch_size = 4096;

}  // namespace

void StreamChecker::add(const Descriptor& descriptor, const Where& where) {
  batch_.push_back({descriptor, where});
  if (batch_.size() == batch_size) finish();
}

void StreamChecker::finish() {
  std::vector<std::optional<Violation>> refusals(batch_.size());
  in_parallel(threads_.size(), batch_.size(), [&](std::size_t thread, std::size_t i) {
    auto& [scratch, cluster] = threads_[thread];
    cluster.resize(image_.header.cluster_size());
    // [check-streams]
    const auto decoded = read_compressed_cluster(image_, batch_[i].descriptor, batch_[i].where, cluster, scratch);
    if (!decoded) refusals[i] = decoded.error();
  });
  for (const auto& refusal : refusals) {
    if (refusal) findings_.corruption(*refusal);
  }
  batch_.clear();
}

}  // namespace qcow2
