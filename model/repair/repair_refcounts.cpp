#include "repair/repair_refcounts.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>
#include <vector>

#include "check/count_use.hpp"
#include "format/big_endian.hpp"
#include "format/header_fields.hpp"
#include "repair/certainty.hpp"
#include "repair/lost_tables.hpp"
#include "repair/refcount_structure.hpp"
#include "repair/repair_copied_flags.hpp"
#include "repair/repair_fields.hpp"
#include "repair/target_refcounts.hpp"

namespace qcow2 {

namespace {

Result<void> judge_width(const Header& header, HostUse& use) {
  const std::uint64_t most = refcount_max(header.refcount_order);
  std::optional<Violation> too_many;
  for_each_used(use, [&](std::uint64_t first, std::uint64_t, std::uint64_t count) {
    // [refcount-width] "A refcount never passes `(1 << refcount_bits) - 1`."
    if (count > most) {
      too_many = Violation{rule::refcount_width,
                           {.host_offset = first * header.cluster_size()},
                           fmt::format("a refcount of {1} bits cannot hold {0} references", count,
                                       refcount_bits(header.refcount_order))};
    }
    return !too_many;
  });
  if (too_many) return tl::unexpected(std::move(*too_many));
  return {};
}

void count_changes(const Image& image, TargetRefcounts& targets, RepairSummary& summary) {
  const std::uint64_t end = std::max(file_clusters(image), targets.use().end());
  for (std::uint64_t cluster = 0; cluster < end;) {
    const TargetRefcounts::Run run = targets.run_at(cluster);
    const std::uint64_t clusters = std::min(run.end, end) - cluster;
    if (run.target > run.references) summary.leaks_kept += clusters;
    if (run.target != run.stored) {
      summary.refcounts += clusters;
      summary.note({.kind = Change::Kind::refcount,
                    .where = {.host_offset = cluster * image.header.cluster_size()},
                    .clusters = clusters,
                    .before = run.stored,
                    .after = run.target});
    }
    cluster += clusters;
  }
}

std::vector<std::byte> block_bytes(const Header& header, TargetRefcounts& targets, std::uint64_t index) {
  std::vector<std::byte> bytes(header.cluster_size());
  const std::uint64_t entries = refcount_block_entries(header.cluster_bits, header.refcount_order);
  const std::uint64_t first = index * entries;
  for (std::uint64_t cluster = first; cluster < first + entries;) {
    const TargetRefcounts::Run run = targets.run_at(cluster);
    const std::uint64_t end = std::min(run.end, first + entries);
    for (; run.target != 0 && cluster < end; ++cluster) {
      store_refcount(bytes, cluster - first, header.refcount_order, run.target);
    }
    cluster = end;
  }
  return bytes;
}

/// All are made before one is written: they follow from what is stored.
void write_blocks(const Header& header, ByteStore& copy, TargetRefcounts& targets, const RefcountStructure& structure) {
  std::vector<std::pair<HostOffset, std::vector<std::byte>>> changed;
  for (const auto& [index, block] : structure.blocks) {
    auto bytes = block_bytes(header, targets, index);
    std::vector<std::byte> there(bytes.size());
    if (copy.read_at(block, there) < there.size() || there != bytes) changed.emplace_back(block, std::move(bytes));
  }
  for (const auto& [block, bytes] : changed) copy.write_at(block, bytes);
}

void write_table(const Header& header, ByteStore& copy, const RefcountStructure& structure) {
  std::vector<std::byte> table(structure.table_clusters * header.cluster_size());
  for (const auto& [index, block] : structure.blocks) {
    store_big_endian(std::span(table), index * table_entry_size, block.value);
  }
  copy.write_at(structure.table, table);
  std::array<std::byte, header_length_v2> fields{};
  copy.read_at({0}, fields);
  field::refcount_table_offset.store(fields, structure.table.value);
  field::refcount_table_clusters.store(fields, static_cast<std::uint32_t>(structure.table_clusters));
  copy.write_at({0}, fields);
}

/// The structure to be filled. A new one makes the file longer, and frees whatever the lost one counted.
Result<RefcountStructure> choose_structure(const Image& image, HostUse& used) {
  if (auto existing = existing_structure(image, used)) return std::move(*existing);
  if (auto judged = judge_growth(image); !judged) return tl::unexpected(std::move(judged.error()));
  if (const auto lost = first_lost_table(image, used, false)) {
    return refuse(
        rule::check_refcounts, {.host_offset = lost->value},
        "the refcounts are lost, and an unused host cluster looks like a lost table: what it names may be in use");
  }
  return new_structure(image, used);
}

}  // namespace

Result<void> repair_refcounts(ByteStore& copy, RepairSummary& summary) {
  const auto image = open_image(copy);
  if (!image) return tl::unexpected(image.error());
  auto used = certain_use(*image);
  if (!used) return tl::unexpected(used.error());
  auto structure = choose_structure(*image, *used);
  if (!structure) return tl::unexpected(std::move(structure.error()));
  HostUse use = structure->counted_in(*used, image->header.cluster_size());
  if (auto fits = judge_width(image->header, use); !fits) return fits;
  const bool lowers = structure->is_new || !first_lost_table(*image, use, true);
  TargetRefcounts targets(*image, std::move(use), lowers);
  summary.new_refcount_table = structure->is_new;
  count_changes(*image, targets, summary);
  repair_copied_flags(*image, copy, targets, summary);
  write_blocks(image->header, copy, targets, *structure);
  if (structure->is_new) write_table(image->header, copy, *structure);
  return {};
}

}  // namespace qcow2
