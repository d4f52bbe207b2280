#include "read/walk.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cassert>

namespace qcow2 {

Where Walk::where(GuestOffset guest_offset) const {
  // [l2-walk] l2_index = (guest_offset / cluster_size) % l2_entries, by shifts
  return {.l1_index = guest_offset.value >> image_->l2_reach_bits(),
          .l2_index = (guest_offset.value >> image_->header.cluster_bits) % image_->l2_entries(),
          .guest_offset = guest_offset.value >> image_->header.cluster_bits << image_->header.cluster_bits};
}

Result<void> Walk::enter_l2_table(std::uint64_t l1_index, const Where& where) {
  if (l1_index == l1_index_) return {};
  l1_index_ = nothing;
  // [snapshot-tables] "To read the disk as it is now, the header's L1 table is used, and only it."
  const HostOffset l1_entry = image_->header.l1_table_offset + l1_index * table_entry_size;
  const HostOffset table = table_offset(l1_window_.load(*image_->source, l1_entry));
  const Where table_where{where.l1_index, std::nullopt, where.guest_offset, table.value};
  // [l2-table] "Any other offset is a multiple of cluster_size; an L2 table that is not is refused"
  if (table.value % image_->header.cluster_size() != 0) {
    return refuse(rule::l2_table, table_where, "the L2 table is not aligned to a cluster");
  }
  // [l2-in-file]
  if (table.value != 0 && !contains(*image_->source, table, image_->header.cluster_size())) {
    return refuse(rule::l2_in_file, table_where,
                  fmt::format("the L2 table is not wholly in the file, which ends at {:#x}", image_->source->size()));
  }
  l1_index_ = l1_index;
  l2_table_ = table;
  return {};
}

L2Entry Walk::load_entry(std::uint64_t l2_index) {
  const HostOffset at = l2_table_ + (l2_index << image_->l2_entry_bits());
  L2Entry entry{l2_window_.load(*image_->source, at)};
  // [extended-l2-entry] "then a bitmap of 8 bytes"
  if (image_->entry_format().extended) entry.bitmap = l2_window_.load(*image_->source, at + 8);
  return entry;
}

Result<std::optional<L2Entry>> Walk::entry_at(GuestOffset guest_offset) {
  assert(guest_offset.value < image_->header.virtual_size);
  const Where place = where(guest_offset);
  if (auto entered = enter_l2_table(*place.l1_index, place); !entered) {
    return tl::unexpected(std::move(entered.error()));
  }
  if (l2_table_.value == 0) return std::nullopt;
  return load_entry(*place.l2_index);
}

std::uint64_t Walk::length_without_entries(GuestOffset guest_offset) {
  const Where place = where(guest_offset);
  const bool in_l2 = l2_table_.value != 0;
  const unsigned unit_bits = in_l2 ? image_->header.cluster_bits : image_->l2_reach_bits();
  const unsigned entry_bits = in_l2 ? image_->l2_entry_bits() : 3;
  const HostOffset table = in_l2 ? l2_table_ : image_->header.l1_table_offset;
  const HostOffset at = table + ((in_l2 ? *place.l2_index : *place.l1_index) << entry_bits);
  const HostOffset zeros_end = (in_l2 ? l2_window_ : l1_window_).zeros_end(*image_->source, at);
  const std::uint64_t table_entries = in_l2 ? image_->l2_entries() - *place.l2_index : ~std::uint64_t{0};
  const std::uint64_t entries = std::clamp<std::uint64_t>((zeros_end.value - at.value) >> entry_bits, 1, table_entries);
  const std::uint64_t to_end = image_->header.virtual_size - guest_offset.value;
  const std::uint64_t in_unit = guest_offset.value & low_bits(unit_bits);
  if (entries > (to_end + in_unit) >> unit_bits)
    return to_end;  // all units to the end, the first one too, from its start
  return (entries << unit_bits) - in_unit;
}

Result<Piece> Walk::at(GuestOffset guest_offset) {
  auto entry = entry_at(guest_offset);
  if (!entry) return tl::unexpected(std::move(entry.error()));
  const std::uint64_t to_end = image_->header.virtual_size - guest_offset.value;
  const Where place = where(guest_offset);
  if (!entry->has_value() || ((*entry)->entry == 0 && (*entry)->bitmap == 0)) {
    return Piece{guest_offset, length_without_entries(guest_offset), Unallocated{}, place};
  }
  const std::uint64_t offset_in_cluster = guest_offset.value & (image_->header.cluster_size() - 1);
  auto stretch = stretch_at(**entry, offset_in_cluster, image_->entry_format(), place);
  if (!stretch) return tl::unexpected(std::move(stretch.error()));
  // [last-cluster-partial] "The bytes after the size are not part of the disk."
  return Piece{guest_offset, std::min(stretch->length, to_end), stretch->mapping, place};
}

}  // namespace qcow2
