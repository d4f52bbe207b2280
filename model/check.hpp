// Checking: everything that the tables say is counted and compared with the refcounts that are stored.
//
// Unlike reading it goes on behind the first violation, and reports those too that a reader may overlook. Each table is
// looked at once however often it is named, so the time follows the file and not its claims. Extents, not streams, are
// counted: [refcount-extent]. With `deep` every compressed cluster is decoded as well: [check-streams].
#pragma once

#include <cstdint>
#include <functional>

#include "image.hpp"
#include "result.hpp"

namespace qcow2 {

struct CheckOptions {
  bool deep = false;
};

/// corruption: data is or will be lost. leak: host clusters are only never used again.
enum class Severity { corruption, leak };

struct CheckSummary {
  std::uint64_t corruptions = 0;
  std::uint64_t leaks = 0;  ///< host clusters
  std::uint64_t compressed_clusters = 0;
  std::uint64_t allocated_clusters = 0;  ///< compressed ones among them; both of the active state
};

/// Called with each violation as it is found.
using CheckReport = std::function<void(Severity, const Violation&)>;

CheckSummary check(const Image& image, const CheckOptions& options, const CheckReport& report);

}  // namespace qcow2
