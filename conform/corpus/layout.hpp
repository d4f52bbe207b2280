// What stands where in the image of a case, as its generator meant it: corpus/layout/<id>.json.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "base/json_file.hpp"
#include "base/result.hpp"
#include "corpus/fault_place.hpp"

namespace conform {

struct Place {
  std::string name;  // header, l1_table, l2_table.0, guest.0, …
  std::uint64_t start = 0;
  std::uint64_t end = 0;
};

struct HeaderField {
  std::string name;
  std::uint64_t offset = 0;
  std::uint64_t length = 0;
};

struct StreamPlace {
  std::uint64_t start = 0;
  std::uint64_t length = 0;
  std::optional<std::uint64_t> needed;  // bytes that complete one cluster; nothing: all of them do not
};

/// The fields of a compressed cluster descriptor.
struct DescriptorFields {
  std::uint64_t additional_sectors = 0;
  std::uint64_t available_bytes = 0;
};

struct LayoutEntry {
  std::uint64_t guest_offset = 0;
  std::string kind;  // compressed, standard, zero, unallocated, raw
  std::uint64_t l1_entry_at = 0;
  std::uint64_t l2_entry_at = 0;
  std::uint64_t l2_entry_length = 0;
  std::optional<std::uint64_t> host_offset;
  std::optional<DescriptorFields> descriptor;  // where bit 62 is set
  std::optional<StreamPlace> stream;
};

struct Layout {
  unsigned cluster_bits = 0;
  unsigned host_offset_bits = 0;  // x: where the size field begins
  std::string compression;
  std::uint64_t file_length = 0;
  std::vector<HeaderField> header;
  std::vector<Place> places;         // in file order
  std::vector<LayoutEntry> entries;  // by guest_offset
  std::vector<FaultPlace> planted;   // in file order; the host offset is always there

  /// The entry of the guest cluster that holds `guest_offset`, or nothing.
  const LayoutEntry* entry_of(std::uint64_t guest_offset) const;
};

Result<Layout> load_layout(const std::filesystem::path& file);

/// Of which guest cluster a case speaks: the first that its delta names, else the first with a stream; nothing where no
/// entry comes into question.
const LayoutEntry* entry_of_concern(const Layout& layout, const std::string& delta);

}  // namespace conform
