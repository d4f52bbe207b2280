#include "format/l2_entry.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cassert>
#include <optional>

namespace qcow2 {

namespace {

constexpr std::uint64_t zero_flag = 1;
constexpr std::uint64_t subclusters = 32;
constexpr std::uint64_t reserved_in_standard = (low_bits(62) & ~low_bits(56)) | (low_bits(9) & ~zero_flag);

bool all_zeros(const L2Entry& entry, const EntryFormat& format) {
  return !format.extended && (entry.entry & zero_flag) != 0;
}

/// [external-data-file-standard] "Offset 0 is allocated when bit 63 is set, and unallocated otherwise."
bool names_host_cluster(const L2Entry& entry, const EntryFormat& format) {
  return table_offset(entry.entry).value != 0 || (format.external_data && (entry.entry & copied_flag) != 0);
}

std::optional<Violation> judge_compressed(const L2Entry& entry, const EntryFormat& format, const Where& where) {
  // [external-data-file] "a reader refuses each compressed entry"
  if (format.external_data) {
    return Violation{rule::external_data_file, where, "a compressed cluster in an image with an external data file"};
  }
  const HostOffset offset = decode_descriptor(entry.entry, format.cluster_bits).host_offset;
  // [offset-above-bit-55] "an entry with one of them set is refused"
  if (offset > host_offset_max(format.cluster_bits)) {
    return Violation{rule::offset_above_bit_55, where,
                     fmt::format("host_offset {:#x} has bits above 55", offset.value)};
  }
  return std::nullopt;
}

std::optional<Violation> judge_standard(const L2Entry& entry, const EntryFormat& format, const Where& where) {
  // [zero-cluster-v2]
  if (all_zeros(entry, format) && format.version < 3) {
    return Violation{rule::zero_cluster_v2, where,
                     fmt::format("the zero flag of {:#x} is set in version 2", entry.entry)};
  }
  // [standard-cluster] [standard-unaligned-unread]
  if (table_offset(entry.entry).value % format.cluster_size() != 0) {
    return Violation{rule::standard_cluster, where,
                     fmt::format("host_offset {:#x} of a standard cluster is not aligned to a cluster",
                                 table_offset(entry.entry).value)};
  }
  // [external-data-file-standard] "an entry with another offset is refused"
  if (format.external_data && names_host_cluster(entry, format) && where.guest_offset &&
      table_offset(entry.entry).value != *where.guest_offset) {
    return Violation{
        rule::external_data_file_standard, where,
        fmt::format("offset {:#x} in the external data file is not the guest offset", table_offset(entry.entry).value)};
  }
  const std::uint64_t allocated = entry.bitmap & low_bits(subclusters);
  // [extended-l2-alloc-and-zero] "An entry in which both bits are set for one subcluster"
  if ((entry.bitmap >> 32 & allocated) != 0) {
    return Violation{rule::extended_l2_alloc_and_zero, where,
                     fmt::format("subcluster bitmap {:#018x}: a subcluster is both allocated and zero", entry.bitmap)};
  }
  // [extended-l2-alloc-without-offset]
  if (allocated != 0 && !names_host_cluster(entry, format)) {
    return Violation{
        rule::extended_l2_alloc_without_offset, where,
        fmt::format("subcluster bitmap {:#018x}: subclusters are allocated, but the entry has no host cluster",
                    entry.bitmap)};
  }
  return std::nullopt;
}

/// What no reader may follow.
std::optional<Violation> judge(const L2Entry& entry, const EntryFormat& format, const Where& where) {
  // [compressed-flag] "A reader tests it before anything else in the entry."
  return (entry.entry & compressed_flag) != 0 ? judge_compressed(entry, format, where)
                                              : judge_standard(entry, format, where);
}

Kind subcluster_kind(std::uint64_t bitmap, std::uint64_t index) {
  // [extended-l2-subclusters] "Bit 32 + i: subcluster i reads as zeros. Neither: it is unallocated"
  if ((bitmap >> (subclusters + index) & 1) != 0) return Kind::zero;
  return (bitmap >> index & 1) != 0 ? Kind::standard : Kind::unallocated;
}

Mapping standard_mapping(Kind kind, const L2Entry& entry, const EntryFormat& format, std::uint64_t offset_in_cluster) {
  // [standard-cluster] "The guest's bytes are those at `host_offset + guest_offset % cluster_size`."
  const HostOffset host_offset = table_offset(entry.entry) + offset_in_cluster;
  const auto preallocated = names_host_cluster(entry, format) ? std::optional(host_offset) : std::nullopt;
  switch (kind) {
    case Kind::unallocated: return Unallocated{preallocated};
    case Kind::zero: return Zero{preallocated};
    case Kind::standard: return Standard{host_offset};
    case Kind::compressed: break;
  }
  assert(false && "a standard descriptor is never compressed");
  return Unallocated{};
}

/// The subcluster at `offset_in_cluster` and those behind it that are of its kind.
Stretch subcluster_stretch(const L2Entry& entry, std::uint64_t offset_in_cluster, const EntryFormat& format) {
  const std::uint64_t subcluster_size = format.cluster_size() / subclusters;
  const std::uint64_t first = offset_in_cluster / subcluster_size;
  const Kind kind = subcluster_kind(entry.bitmap, first);
  std::uint64_t end = first + 1;
  while (end < subclusters && subcluster_kind(entry.bitmap, end) == kind) ++end;
  return {standard_mapping(kind, entry, format, offset_in_cluster), end * subcluster_size - offset_in_cluster};
}

}  // namespace

std::string_view name(Kind kind) {
  switch (kind) {
    case Kind::unallocated: return "unallocated";
    case Kind::zero: return "zero";
    case Kind::standard: return "standard";
    case Kind::compressed: return "compressed";
  }
  return "?";
}

Kind kind(const L2Entry& entry, const EntryFormat& format) {
  if ((entry.entry & compressed_flag) != 0) return Kind::compressed;  // [compressed-flag] before anything else
  if (all_zeros(entry, format)) return Kind::zero;                    // [zero-cluster]
  // [unallocated-cluster]
  return names_host_cluster(entry, format) ? Kind::standard : Kind::unallocated;
}

Result<Stretch> stretch_at(const L2Entry& entry, std::uint64_t offset_in_cluster, const EntryFormat& format,
                           const Where& where) {
  assert(offset_in_cluster < format.cluster_size());
  if (auto violation = judge(entry, format, where)) return tl::unexpected(std::move(*violation));
  const std::uint64_t length = format.cluster_size() - offset_in_cluster;
  const Kind cluster_kind = kind(entry, format);
  if (cluster_kind == Kind::compressed) {
    return Stretch{Compressed{decode_descriptor(entry.entry, format.cluster_bits), offset_in_cluster}, length};
  }
  if (format.extended) return subcluster_stretch(entry, offset_in_cluster, format);
  return Stretch{standard_mapping(cluster_kind, entry, format, offset_in_cluster), length};
}

bool has_lost_its_offset(const L2Entry& entry, const EntryFormat& format) {
  const bool standard = (entry.entry & compressed_flag) == 0;
  return standard && (entry.entry & copied_flag) != 0 && !names_host_cluster(entry, format);
}

std::vector<Violation> violations(const L2Entry& entry, const EntryFormat& format, const Where& where) {
  std::vector<Violation> found;
  if (auto fatal = judge(entry, format, where)) found.push_back(std::move(*fatal));
  if ((entry.entry & compressed_flag) != 0) {
    // [check-copied-flag] "as corrupt a bit 63 that is not as [copied-flag] and [copied-flag-clear] say"
    if ((entry.entry & copied_flag) != 0) {
      found.push_back({rule::copied_flag_clear, where, "bit 63 of a compressed entry is set"});
    }
    // [extended-l2-bitmap] "Beside a compressed entry the bitmap is reserved"
    if (entry.bitmap != 0) {
      found.push_back({rule::extended_l2_bitmap, where,
                       fmt::format("the subcluster bitmap of a compressed cluster is {:#018x}, not 0", entry.bitmap)});
    }
    return found;
  }
  const std::uint64_t reserved = reserved_in_standard | (format.extended ? zero_flag : 0);
  // [check-reserved-bits] [reserved-bits-read] found by a checker, passed over by a reader
  if ((entry.entry & reserved) != 0) {
    found.push_back({rule::reserved_bits, where, fmt::format("reserved bits {:#x} are set", entry.entry & reserved)});
  }
  return found;
}

}  // namespace qcow2
