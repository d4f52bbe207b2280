// Checking: everything that the tables say is counted and compared with the refcounts that are stored.
//
// Unlike reading it goes on behind the first violation, and reports those too that a reader may overlook. Extents, not
// streams, are counted. With `deep` every compressed cluster is decoded as well.
// The time follows the bytes that the file holds, and with `deep` the guest's, whatever the image claims.
#pragma once

#include <cstdint>

#include "check/check_streams.hpp"
#include "check/findings.hpp"
#include "check/host_use.hpp"
#include "format/image.hpp"

namespace qcow2 {

struct CheckOptions {
  bool deep = false;
  unsigned jobs = 1;  ///< threads that decode
};

/// In the words of qcheck, the checker of the thread; host clusters of the file, and what lies behind its end.
struct HostClusters {
  std::uint64_t metadata = 0;    ///< used by a table
  std::uint64_t data = 0;        ///< used by what L2 entries name, and by no table
  std::uint64_t leaked = 0;      ///< refcount above 0, and not used
  std::uint64_t vacant = 0;      ///< neither counted nor used
  std::uint64_t ghost = 0;       ///< used, and the refcount is 0
  std::uint64_t miscounted = 0;  ///< used, and the refcount is another number above 0
};

struct CheckSummary {
  std::uint64_t corruptions = 0;
  std::uint64_t leaks = 0;                ///< host clusters whose refcount is too high
  std::uint64_t notes = 0;                ///< what is lawful, and worth knowing
  std::uint64_t compressed_clusters = 0;  ///< of the active state, the same below
  std::uint64_t allocated_clusters = 0;   ///< compressed ones among them
  std::uint64_t clusters_past_end = 0;    ///< standard ones that the file does not hold wholly
  std::uint64_t total_clusters = 0;       ///< that the disk has
  std::uint64_t image_end_offset = 0;     ///< where the last host cluster ends that is counted or used
  HostClusters host_clusters;
  std::uint64_t violations_omitted = 0;  ///< found, and not reported
};

/// Reports each violation as it is found, up to Findings::described_max of them.
CheckSummary check(const Image& image, const CheckOptions& options, const CheckReport& report);

}  // namespace qcow2
