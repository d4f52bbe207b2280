#include "repair/repair_refcounts.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>
#include <vector>

#include "check/count_use.hpp"
#include "format/big_endian.hpp"
#include "format/header_fields.hpp"
#include "format/refcount.hpp"
#include "repair/refcount_structure.hpp"
#include "repair/repair_copied_flags.hpp"

namespace qcow2 {

namespace {

/// What may be wrong with an image whose references are certain all the same.
bool leaves_references_certain(const Rule& broken) {
  return broken == rule::copied_flag || broken == rule::copied_flag_clear || broken == rule::copied_flag_data_file ||
         broken == rule::extended_l2_bitmap || broken == rule::zero_cluster_v2;
}

/// Everything but the refcount structures themselves.
Result<HostUse> count(const Image& image) {
  HostUse used(image.header.cluster_bits);
  std::optional<Violation> doubt;
  const CheckReport report = [&](const Finding& finding) {
    if (!doubt && !leaves_references_certain(finding.violation.rule)) doubt = finding.violation;
  };
  Findings findings(report);
  count_use(image, nullptr, used, findings);
  if (!doubt && findings.not_described() > 0) {
    doubt = Violation{rule::check_refcounts, {}, "there is too much wrong to be sure of the rest"};
  }
  if (doubt) return tl::unexpected(std::move(*doubt));
  return used;
}

// [refcount-width]
Result<void> judge_width(const Header& header, HostUse& use) {
  const std::uint64_t most = refcount_max(header.refcount_order);
  std::optional<Violation> too_many;
  for_each_used(use, [&](std::uint64_t first, std::uint64_t, std::uint64_t count) {
    if (count > most) {
      too_many = Violation{rule::refcount_width,
                           {.host_offset = first * header.cluster_size()},
                           fmt::format("{} references are more than a refcount of {} bits can say", count,
                                       refcount_bits(header.refcount_order))};
    }
    return !too_many;
  });
  if (too_many) return tl::unexpected(std::move(*too_many));
  return {};
}

std::uint64_t count_changes(const Image& image, HostUse& use) {
  StoredRefcounts stored(image);
  std::uint64_t changes = 0;
  const std::uint64_t end = std::max(file_clusters(image), use.end());
  for (std::uint64_t cluster = 0; cluster < end;) {
    const CountRun was = stored.run_at(cluster);
    const HostUse::Run is = use.run_at(cluster);
    const std::uint64_t run_end = std::min({was.end, is.end, end});
    if (was.count != is.references) changes += run_end - cluster;
    cluster = run_end;
  }
  return changes;
}

void write_block(const Header& header, ByteStore& copy, HostUse& use, std::uint64_t index, HostOffset block) {
  std::vector<std::byte> bytes(header.cluster_size());
  const std::uint64_t entries = refcount_block_entries(header.cluster_bits, header.refcount_order);
  const std::uint64_t first = index * entries;
  for (std::uint64_t cluster = first; cluster < first + entries;) {
    const HostUse::Run run = use.run_at(cluster);
    const std::uint64_t end = std::min(run.end, first + entries);
    for (; run.references != 0 && cluster < end; ++cluster) {
      store_refcount(bytes, cluster - first, header.refcount_order, run.references);
    }
    cluster = end;
  }
  std::vector<std::byte> there(bytes.size());
  if (copy.read_at(block, there) < there.size() || there != bytes) copy.write_at(block, bytes);
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

}  // namespace

Result<void> repair_refcounts(ByteStore& copy, RepairSummary& summary) {
  const auto image = open_image(copy);
  if (!image) return tl::unexpected(image.error());
  const auto used = count(*image);
  if (!used) return tl::unexpected(used.error());
  auto structure = existing_structure(*image, *used);
  if (!structure) {
    auto fresh = new_structure(*image, *used);
    if (!fresh) return tl::unexpected(fresh.error());
    structure = std::move(*fresh);
  }
  summary.new_refcount_table = structure->is_new;
  HostUse use = structure->counted_in(*used, image->header.cluster_size());
  if (auto fits = judge_width(image->header, use); !fits) return fits;
  summary.refcounts += count_changes(*image, use);
  for (const auto& [index, block] : structure->blocks) write_block(image->header, copy, use, index, block);
  if (structure->is_new) write_table(image->header, copy, *structure);
  repair_copied_flags(*image, copy, use, summary);
  return {};
}

}  // namespace qcow2
