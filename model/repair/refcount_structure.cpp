#include "repair/refcount_structure.hpp"

#include <algorithm>

#include "check/count_use.hpp"
#include "format/refcount.hpp"
#include "format/rounding.hpp"

namespace qcow2 {

namespace {

constexpr std::uint64_t table_length_max = 8 << 20;  // beyond it, QEMU opens no image

std::uint64_t block_entries(const Image& image) {
  return refcount_block_entries(image.header.cluster_bits, image.header.refcount_order);
}

/// The one that the header names, where each of its blocks can be followed.
std::optional<RefcountStructure> named_structure(const Image& image) {
  StoredRefcounts stored(image);
  RefcountStructure structure{image.header.refcount_table_offset, image.header.refcount_table_clusters, {}};
  for (std::uint64_t i = stored.next_entry(0); i < stored.table_entries(); i = stored.next_entry(i + 1)) {
    const HostOffset block{stored.table_entry(i)};
    if (!stored.lies_well(block) || !contains(*image.source, block, image.header.cluster_size())) return std::nullopt;
    structure.blocks[i] = block;
  }
  return structure.blocks.empty() ? std::nullopt : std::optional(structure);
}

bool stands_alone(const Image& image, const RefcountStructure& structure, HostUse& use) {
  const std::uint64_t cluster_size = image.header.cluster_size();
  const auto alone = [&](HostOffset offset) { return use.at(offset.value / cluster_size) == 1; };
  for (std::uint64_t i = 0; i < structure.table_clusters; ++i) {
    if (!alone(structure.table + i * cluster_size)) return false;
  }
  return std::ranges::all_of(structure.blocks, [&](const auto& block) { return alone(block.second); });
}

bool has_place_for_all(const Image& image, const RefcountStructure& structure, HostUse& use) {
  const std::uint64_t entries = block_entries(image);
  return for_each_used(use, [&](std::uint64_t first, std::uint64_t end, std::uint64_t) {
    for (std::uint64_t index = first / entries; index <= (end - 1) / entries; ++index) {
      if (!structure.blocks.contains(index)) return false;
    }
    return true;
  });
}

}  // namespace

HostUse RefcountStructure::counted_in(HostUse use, std::uint64_t cluster_size) const {
  if (table_clusters > 0) use.add_table(table, table_clusters * cluster_size);
  for (const auto& [index, block] : blocks) use.add_table(block, cluster_size);
  return use;
}

std::optional<RefcountStructure> existing_structure(const Image& image, const HostUse& used) {
  auto structure = named_structure(image);
  if (!structure) return std::nullopt;
  HostUse use = structure->counted_in(used, image.header.cluster_size());
  const bool sound = stands_alone(image, *structure, use) && has_place_for_all(image, *structure, use);
  return sound ? structure : std::nullopt;
}

Result<RefcountStructure> new_structure(const Image& image, HostUse used) {
  const std::uint64_t entries = block_entries(image);
  const std::uint64_t cluster_size = image.header.cluster_size();
  const std::uint64_t blocks_max = table_length_max / table_entry_size;
  std::map<std::uint64_t, HostOffset> blocks;
  const bool few = for_each_used(used, [&](std::uint64_t first, std::uint64_t end, std::uint64_t) {
    if ((end - 1) / entries >= blocks_max) return false;
    for (std::uint64_t index = first / entries; index <= (end - 1) / entries; ++index) blocks[index];
    return true;
  });
  const std::uint64_t begin = std::max(file_clusters(image), used.end());
  std::uint64_t table_clusters = 0;
  for (std::uint64_t before = ~std::uint64_t{0}; few && before != table_clusters + blocks.size();) {
    before = table_clusters + blocks.size();
    for (std::uint64_t index = begin / entries; index <= (begin + before) / entries; ++index) blocks[index];
    table_clusters = divide_up((blocks.rbegin()->first + 1) * table_entry_size, cluster_size);
    if (table_clusters * cluster_size > table_length_max) break;
  }
  if (!few || table_clusters * cluster_size > table_length_max) {
    return refuse(rule::refcount_lookup, {}, "the file would need a refcount table of more than 8 MiB");
  }
  std::uint64_t next = begin + table_clusters;
  for (auto& [index, block] : blocks) block = {next++ * cluster_size};
  return RefcountStructure{{begin * cluster_size}, table_clusters, std::move(blocks), true};
}

}  // namespace qcow2
