#include "repair/repair_copied_flags.hpp"

#include <array>

#include "check/table_walk.hpp"
#include "format/big_endian.hpp"

namespace qcow2 {

void repair_copied_flags(const Image& image, ByteStore& copy, TargetRefcounts& targets, RepairSummary& summary) {
  const Header& header = image.header;
  // As check_tables.cpp judges it.
  const auto set = [&](HostOffset at, std::uint64_t entry, HostOffset named) {
    const bool once = targets.at(named.value >> header.cluster_bits) == 1;
    const std::uint64_t right = once ? entry | copied_flag : entry & ~copied_flag;
    if (right == entry) return;
    summary.copied_flags += 1;
    summary.note({.kind = Change::Kind::bit_63, .where = {.host_offset = at.value}, .before = !once, .after = once});
    std::array<std::byte, 8> bytes{};
    store_big_endian(std::span(bytes), 0, right);
    copy.write_at(at, bytes);
  };
  const HostOffset l1_end = header.l1_table_offset + header.l1_size * table_entry_size;
  std::set<std::uint64_t> tables;
  for_each_entry(copy, header.l1_table_offset, l1_end, 3, [&](HostOffset at, const L2Entry& entry) {
    const HostOffset table = table_offset(entry.entry);
    if (table.value == 0) return;
    tables.insert(table.value);
    set(at, entry.entry, table);
  });
  if (header.has(incompatible::external_data_file)) return;
  for (const std::uint64_t table : tables) {
    const HostOffset end{table + header.cluster_size()};
    for_each_entry(copy, {table}, end, image.l2_entry_bits(), [&](HostOffset at, const L2Entry& entry) {
      const HostOffset cluster = table_offset(entry.entry);
      if ((entry.entry & compressed_flag) == 0 && cluster.value != 0) set(at, entry.entry, cluster);
    });
  }
}

}  // namespace qcow2
