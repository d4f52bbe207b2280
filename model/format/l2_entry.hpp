// One L2 entry: which kind of cluster it names, and what a stretch of that cluster is to a reader.
//
// Callers never see raw bits: an entry becomes one of the four alternatives of Mapping. Compressed clusters are as they
// are without extended L2 entries; for standard clusters the bitmap of such an entry decides subcluster by subcluster.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <variant>
#include <vector>

#include "format/descriptor.hpp"
#include "format/header.hpp"
#include "format/result.hpp"

namespace qcow2 {

/// What of the header decides how an L2 entry is read.
struct EntryFormat {
  unsigned cluster_bits = 16;
  std::uint32_t version = 3;
  bool extended = false;       ///< entries of 16 bytes, 32 subclusters
  bool external_data = false;  ///< standard clusters lie in another file

  std::uint64_t cluster_size() const { return std::uint64_t{1} << cluster_bits; }
};

struct L2Entry {
  std::uint64_t entry = 0;
  std::uint64_t bitmap = 0;  ///< 0 without extended L2 entries
};

enum class Kind { unallocated, zero, standard, compressed };

std::string_view name(Kind kind);

/// The kind of the cluster as a whole; of an extended entry's standard cluster, that of its host cluster.
Kind kind(const L2Entry& entry, const EntryFormat& format);

/// Bits 9 to 55 of an L1 entry or of a standard L2 entry.
constexpr HostOffset table_offset(std::uint64_t entry) { return {entry & low_bits(56) & ~low_bits(9)}; }

/// Reads from the backing file, or zeros. A host cluster may have been set aside for it.
struct Unallocated {
  std::optional<HostOffset> preallocated{};
};
/// Reads as zeros, whatever the backing file holds. A host cluster may have been set aside for it.
struct Zero {
  std::optional<HostOffset> preallocated{};
};
/// Reads the bytes from `host_offset` on.
struct Standard {
  HostOffset host_offset;
};
/// Reads what the stream in the descriptor's extent gives, from `offset_in_cluster` on.
struct Compressed {
  Descriptor descriptor;
  std::uint64_t offset_in_cluster = 0;
};
using Mapping = std::variant<Unallocated, Zero, Standard, Compressed>;

/// `length` bytes of a cluster that are all of one mapping.
struct Stretch {
  Mapping mapping;
  std::uint64_t length = 0;
};

/// What the cluster holds from `offset_in_cluster` on, as far as it is all of one mapping.
/// Refuses, with a rule of Stage::descriptor, an entry that no reader may follow.
Result<Stretch> stretch_at(const L2Entry& entry, std::uint64_t offset_in_cluster, const EntryFormat& format,
                           const Where& where);

/// Whether a standard entry names no host cluster although bit 63 says that it has one to itself: what it named is
/// lost.
bool has_lost_its_offset(const L2Entry& entry, const EntryFormat& format);

/// Every rule that the entry breaks, those included that a reader may overlook.
std::vector<Violation> violations(const L2Entry& entry, const EntryFormat& format, const Where& where);

}  // namespace qcow2
