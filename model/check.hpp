// Checking: everything that the tables say is counted and compared with the refcounts that are stored.
//
// Unlike reading it goes on behind the first violation, and reports those too that a reader may overlook. Extents, not
// streams, are counted: [refcount-extent]. With `deep` every compressed cluster is decoded as well: [check-streams].
// The time follows the bytes that the file holds, and with `deep` the guest's, whatever the image claims.
#pragma once

#include <cstdint>

#include "check_streams.hpp"
#include "findings.hpp"
#include "host_use.hpp"
#include "image.hpp"

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
  std::uint64_t compressed_clusters = 0;  ///< of the active state, the same below
  std::uint64_t allocated_clusters = 0;   ///< compressed ones among them
  std::uint64_t total_clusters = 0;       ///< that the disk has
  std::uint64_t image_end_offset = 0;     ///< where the last host cluster ends that is counted or used
  HostClusters host_clusters;
  std::uint64_t violations_omitted = 0;  ///< found, and not reported
};

/// Reports each violation as it is found, up to Findings::described_max of them.
CheckSummary check(const Image& image, const CheckOptions& options, const CheckReport& report);

struct GuestClusters {
  std::uint64_t compressed = 0;
  std::uint64_t allocated = 0;
};

/// Counts what uses the host clusters, all but the refcount table and its blocks: the header, L1 and L2 tables, the
/// active ones and those of snapshots, what they name, and bitmaps. `streams` may be null.
GuestClusters count_use(const Image& image, StreamChecker* streams, HostUse& use, Findings& findings);

/// How many host clusters the file has, the last one whole or not.
std::uint64_t file_clusters(const Image& image);

}  // namespace qcow2
