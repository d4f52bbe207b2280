// The refcount that each host cluster is to have: the number of references to it, or more where it must not be lowered.
#pragma once

#include <algorithm>
#include <cstdint>

#include "check/host_use.hpp"
#include "format/image.hpp"
#include "format/refcount.hpp"

namespace qcow2 {

class TargetRefcounts {
 public:
  /// `use` counts everything. With `lowers` false no count becomes less than what `image` stores.
  TargetRefcounts(const Image& image, HostUse use, bool lowers)
      : stored_(image), use_(std::move(use)), lowers_(lowers) {}

  struct Run {
    std::uint64_t stored = 0;
    std::uint64_t references = 0;
    std::uint64_t target = 0;
    std::uint64_t end = 0;
  };

  /// Of one host cluster, and how far those after it are known to be alike.
  Run run_at(std::uint64_t host_cluster) {
    const CountRun stored = stored_.run_at(host_cluster);
    const HostUse::Run used = use_.run_at(host_cluster);
    // [repair-keeps-bytes] never below the references, and [repair-complete] no higher where that is safe
    const std::uint64_t target = lowers_ ? used.references : std::max(stored.count, used.references);
    return {
        .stored = stored.count, .references = used.references, .target = target, .end = std::min(stored.end, used.end)};
  }

  std::uint64_t at(std::uint64_t host_cluster) { return run_at(host_cluster).target; }

  HostUse& use() { return use_; }

 private:
  StoredRefcounts stored_;
  HostUse use_;
  bool lowers_;
};

}  // namespace qcow2
