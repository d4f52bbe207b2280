// What the explorer asks the model: model/descriptor.hpp and model/l2_entry.cpp themselves, compiled to WebAssembly.
//
// Nothing is decided here. Each export hands its arguments to one function of the model; 64-bit values cross the border
// as i64, which a browser sees as a BigInt. The module imports nothing, so it can reach nothing.
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "format/descriptor.hpp"
#include "format/l2_entry.hpp"

#define EXPORT(name) extern "C" __attribute__((export_name(#name)))

namespace {

using namespace qcow2;

// What the last call has found; JavaScript reads it piece by piece.
std::vector<Violation> found;
std::string_view text;

const char* show(std::string_view shown) {
  text = shown;
  return text.data();
}

}  // namespace

EXPORT(cluster_bits_min) unsigned export_cluster_bits_min() { return cluster_bits_min; }
EXPORT(cluster_bits_max) unsigned export_cluster_bits_max() { return cluster_bits_max; }
EXPORT(sector_size) std::uint64_t export_sector_size() { return sector_size; }
EXPORT(cluster_size) std::uint64_t export_cluster_size(unsigned cluster_bits) {
  return EntryFormat{.cluster_bits = cluster_bits}.cluster_size();
}
EXPORT(additional_sectors_max) std::uint64_t export_additional_sectors_max(unsigned cluster_bits) {
  return additional_sectors_max(cluster_bits);
}

// The corrected reading.
EXPORT(host_offset) std::uint64_t export_host_offset(std::uint64_t entry, unsigned cluster_bits) {
  return decode_descriptor(entry, cluster_bits).host_offset.value;
}
EXPORT(additional_sectors) std::uint64_t export_additional_sectors(std::uint64_t entry, unsigned cluster_bits) {
  return decode_descriptor(entry, cluster_bits).additional_sectors;
}
EXPORT(sector_count) std::uint64_t export_sector_count(std::uint64_t entry, unsigned cluster_bits) {
  return sector_count(decode_descriptor(entry, cluster_bits));
}
EXPORT(available_bytes) std::uint64_t export_available_bytes(std::uint64_t entry, unsigned cluster_bits) {
  return available_bytes(decode_descriptor(entry, cluster_bits));
}
EXPORT(extent_end) std::uint64_t export_extent_end(std::uint64_t entry, unsigned cluster_bits) {
  return extent_end(decode_descriptor(entry, cluster_bits)).value;
}
EXPORT(table_offset) std::uint64_t export_table_offset(std::uint64_t entry) { return table_offset(entry).value; }

// The reading of the text before its correction.
EXPORT(before_host_offset) std::uint64_t export_before_host_offset(std::uint64_t entry, unsigned cluster_bits) {
  return before_correction::decode(entry, cluster_bits).host_offset.value;
}
EXPORT(before_size_field) std::uint64_t export_before_size_field(std::uint64_t entry, unsigned cluster_bits) {
  return before_correction::decode(entry, cluster_bits).size_field;
}
EXPORT(before_as_count) std::uint64_t export_before_as_count(std::uint64_t entry, unsigned cluster_bits) {
  return before_correction::available_bytes_as_count(before_correction::decode(entry, cluster_bits));
}
EXPORT(before_as_additional) std::uint64_t export_before_as_additional(std::uint64_t entry, unsigned cluster_bits) {
  return before_correction::available_bytes_as_additional(before_correction::decode(entry, cluster_bits));
}

/// The entry with the least size field for `length` bytes from `host_offset` on; 0, which is no compressed entry, where
/// none can say it.
EXPORT(encode) std::uint64_t export_encode(std::uint64_t host_offset, std::uint64_t length, unsigned cluster_bits) {
  if (length == 0) return 0;
  const Descriptor descriptor = covering({host_offset}, length);
  if (available_bytes(descriptor) < length) return 0;  // lengths near 2^64 wrap around
  return encode_descriptor(descriptor, cluster_bits).value_or(0);
}

// Text: a call returns where it begins, text_length() how long it is.
EXPORT(text_length) unsigned export_text_length() { return static_cast<unsigned>(text.size()); }
EXPORT(kind) const char* export_kind(std::uint64_t entry, unsigned cluster_bits) {
  return show(name(kind(L2Entry{entry}, EntryFormat{.cluster_bits = cluster_bits})));
}

/// How many rules the entry breaks; the others tell of the one at `index`, of this call.
EXPORT(violations) unsigned export_violations(std::uint64_t entry, unsigned cluster_bits) {
  found = violations(L2Entry{entry}, EntryFormat{.cluster_bits = cluster_bits}, {});
  return static_cast<unsigned>(found.size());
}
EXPORT(violation_rule) const char* export_violation_rule(unsigned index) { return show(found.at(index).rule.slug); }
EXPORT(violation_detail) const char* export_violation_detail(unsigned index) { return show(found.at(index).detail); }
