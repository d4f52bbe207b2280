#include "repair_refcounts.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>
#include <optional>

#include "big_endian.hpp"
#include "check.hpp"
#include "refcount.hpp"
#include "table_walk.hpp"

namespace qcow2 {

namespace {

constexpr std::uint64_t table_entry_size = 8;
constexpr std::uint64_t table_length_max = 8 << 20;  // beyond it, QEMU opens no image

std::uint64_t divide_up(std::uint64_t amount, std::uint64_t by) { return amount / by + (amount % by != 0 ? 1 : 0); }

/// A refcount table, and the blocks that it names, by their index.
struct Structure {
  HostOffset table;
  std::uint64_t table_clusters = 0;
  std::map<std::uint64_t, HostOffset> blocks;
};

/// What may be wrong with an image whose references are certain all the same.
bool leaves_references_certain(const Rule& broken) {
  return broken == rule::copied_flag || broken == rule::copied_flag_clear || broken == rule::copied_flag_data_file ||
         broken == rule::extended_l2_bitmap || broken == rule::zero_cluster_v2;
}

class RefcountRepair {
 public:
  RefcountRepair(const Image& image, ByteStore& copy, RepairSummary& summary)
      : image_(image),
        copy_(copy),
        summary_(summary),
        cluster_size_(image.header.cluster_size()),
        block_entries_(refcount_block_entries(image.header.cluster_bits, image.header.refcount_order)),
        used_(image.header.cluster_bits),
        use_(image.header.cluster_bits) {}

  Result<void> run() {
    if (auto counted = count(); !counted) return counted;
    auto structure = existing();
    if (structure && !is_sound(*structure)) structure.reset();
    if (!structure) {
      auto fresh = behind_everything();
      if (!fresh) return tl::unexpected(fresh.error());
      structure = std::move(*fresh);
      summary_.new_refcount_table = true;
    }
    use_ = with(*structure);
    if (auto fits = judge_width(); !fits) return fits;
    count_changes();
    for (const auto& [index, block] : structure->blocks) write_block(index, block);
    if (summary_.new_refcount_table) write_table(*structure);
    set_copied_flags();
    return {};
  }

 private:
  /// Everything but the refcount structures themselves.
  Result<void> count() {
    std::optional<Violation> doubt;
    const CheckReport report = [&](const Finding& finding) {
      if (!doubt && !leaves_references_certain(finding.violation.rule)) doubt = finding.violation;
    };
    Findings findings(report);
    count_use(image_, nullptr, used_, findings);
    if (!doubt && findings.not_described() > 0) {
      doubt = Violation{rule::check_refcounts, {}, "there is too much wrong to be sure of the rest"};
    }
    if (doubt) return tl::unexpected(std::move(*doubt));
    return {};
  }

  HostUse with(const Structure& structure) const {
    HostUse use = used_;
    if (structure.table_clusters > 0) use.add_table(structure.table, structure.table_clusters * cluster_size_);
    for (const auto& [index, block] : structure.blocks) use.add_table(block, cluster_size_);
    return use;
  }

  /// Calls `visit(first, end, count)` for stretches of host clusters that are used, in order, until it returns false.
  template <class Visit>
  static bool for_each_used(HostUse& use, Visit visit) {
    for (std::uint64_t cluster = 0; cluster < use.end();) {
      const HostUse::Run run = use.run_at(cluster);
      const std::uint64_t end = std::min(run.end, use.end());
      if (run.references != 0 && !visit(cluster, end, run.references)) return false;
      cluster = end;
    }
    return true;
  }

  /// The one that the header names, where it can be followed.
  std::optional<Structure> existing() const {
    StoredRefcounts stored(image_);
    Structure structure{image_.header.refcount_table_offset, image_.header.refcount_table_clusters, {}};
    for (std::uint64_t i = stored.next_entry(0); i < stored.table_entries(); i = stored.next_entry(i + 1)) {
      const HostOffset block{stored.table_entry(i)};
      if (!stored.lies_well(block) || !contains(copy_, block, cluster_size_)) return std::nullopt;
      structure.blocks[i] = block;
    }
    return structure.blocks.empty() ? std::nullopt : std::optional(structure);
  }

  /// Whether nothing else stands on its clusters, and every cluster in use has a place for its count.
  bool is_sound(const Structure& structure) const {
    HostUse use = with(structure);
    const auto alone = [&](HostOffset offset) { return use.at(offset.value / cluster_size_) == 1; };
    for (std::uint64_t i = 0; i < structure.table_clusters; ++i) {
      if (!alone(structure.table + i * cluster_size_)) return false;
    }
    if (!std::ranges::all_of(structure.blocks, [&](const auto& block) { return alone(block.second); })) return false;
    return for_each_used(use, [&](std::uint64_t first, std::uint64_t end, std::uint64_t) {
      for (std::uint64_t index = first / block_entries_; index <= (end - 1) / block_entries_; ++index) {
        if (!structure.blocks.contains(index)) return false;
      }
      return true;
    });
  }

  /// A new one at the end of the file.
  Result<Structure> behind_everything() {
    const std::uint64_t blocks_max = table_length_max / table_entry_size;
    std::map<std::uint64_t, HostOffset> blocks;
    const bool few = for_each_used(used_, [&](std::uint64_t first, std::uint64_t end, std::uint64_t) {
      if ((end - 1) / block_entries_ >= blocks_max) return false;
      for (std::uint64_t index = first / block_entries_; index <= (end - 1) / block_entries_; ++index) blocks[index];
      return true;
    });
    const std::uint64_t begin = std::max(file_clusters(image_), used_.end());
    std::uint64_t table_clusters = 0;
    for (std::uint64_t before = ~std::uint64_t{0}; few && before != table_clusters + blocks.size();) {
      before = table_clusters + blocks.size();
      for (std::uint64_t index = begin / block_entries_; index <= (begin + before) / block_entries_; ++index) {
        blocks[index];
      }
      table_clusters = divide_up((blocks.rbegin()->first + 1) * table_entry_size, cluster_size_);
      if (table_clusters * cluster_size_ > table_length_max) break;
    }
    if (!few || table_clusters * cluster_size_ > table_length_max) {
      return refuse(rule::refcount_lookup, {}, "the file would need a refcount table of more than 8 MiB");
    }
    std::uint64_t next = begin + table_clusters;
    for (auto& [index, block] : blocks) block = {next++ * cluster_size_};
    return Structure{{begin * cluster_size_}, table_clusters, std::move(blocks)};
  }

  // [refcount-width]
  Result<void> judge_width() {
    const std::uint64_t most = refcount_max(image_.header.refcount_order);
    std::optional<Violation> too_many;
    for_each_used(use_, [&](std::uint64_t first, std::uint64_t, std::uint64_t count) {
      if (count > most) {
        too_many = Violation{rule::refcount_width,
                             {.host_offset = first * cluster_size_},
                             fmt::format("{} references are more than a refcount of {} bits can say", count,
                                         refcount_bits(image_.header.refcount_order))};
      }
      return !too_many;
    });
    if (too_many) return tl::unexpected(std::move(*too_many));
    return {};
  }

  void count_changes() {
    StoredRefcounts stored(image_);
    const std::uint64_t end = std::max(file_clusters(image_), use_.end());
    for (std::uint64_t cluster = 0; cluster < end;) {
      const CountRun was = stored.run_at(cluster);
      const HostUse::Run is = use_.run_at(cluster);
      const std::uint64_t run_end = std::min({was.end, is.end, end});
      if (was.count != is.references) summary_.refcounts += run_end - cluster;
      cluster = run_end;
    }
  }

  void write_block(std::uint64_t index, HostOffset block) {
    std::vector<std::byte> bytes(cluster_size_);
    const std::uint64_t first = index * block_entries_;
    for (std::uint64_t cluster = first; cluster < first + block_entries_;) {
      const HostUse::Run run = use_.run_at(cluster);
      const std::uint64_t end = std::min(run.end, first + block_entries_);
      for (; run.references != 0 && cluster < end; ++cluster) {
        store_refcount(bytes, cluster - first, image_.header.refcount_order, run.references);
      }
      cluster = end;
    }
    write_where_other(block, bytes);
  }

  void write_where_other(HostOffset at, std::span<const std::byte> bytes) {
    std::vector<std::byte> there(bytes.size());
    if (copy_.read_at(at, there) < there.size() || !std::ranges::equal(there, bytes)) copy_.write_at(at, bytes);
  }

  void write_table(const Structure& structure) {
    std::vector<std::byte> table(structure.table_clusters * cluster_size_);
    for (const auto& [index, block] : structure.blocks) {
      store_big_endian(std::span(table), index * table_entry_size, block.value);
    }
    copy_.write_at(structure.table, table);
    std::array<std::byte, 12> fields{};  // refcount_table_offset and refcount_table_clusters
    store_big_endian(std::span(fields), 0, structure.table.value);
    store_big_endian(std::span(fields), 8, static_cast<std::uint32_t>(structure.table_clusters));
    copy_.write_at({48}, fields);
  }

  // [copied-flag]
  void set_copied_flags() {
    const Header& header = image_.header;
    const HostOffset l1_end = header.l1_table_offset + header.l1_size * l1_entry_size;
    std::set<std::uint64_t> tables;
    for_each_entry(copy_, header.l1_table_offset, l1_end, 3, [&](HostOffset at, const L2Entry& entry) {
      const HostOffset table = table_offset(entry.entry);
      if (table.value == 0) return;
      tables.insert(table.value);
      set_copied_flag(at, entry.entry, table);
    });
    if (header.has(incompatible::external_data_file)) return;
    for (const std::uint64_t table : tables) {
      const HostOffset end{table + cluster_size_};
      for_each_entry(copy_, {table}, end, image_.l2_entry_bits(), [&](HostOffset at, const L2Entry& entry) {
        const HostOffset cluster = table_offset(entry.entry);
        if ((entry.entry & compressed_flag) == 0 && cluster.value != 0) set_copied_flag(at, entry.entry, cluster);
      });
    }
  }

  void set_copied_flag(HostOffset at, std::uint64_t entry, HostOffset named) {
    const std::uint64_t right = use_.at(named.value / cluster_size_) == 1 ? entry | copied_flag : entry & ~copied_flag;
    if (right == entry) return;
    summary_.copied_flags += 1;
    std::array<std::byte, 8> bytes{};
    store_big_endian(std::span(bytes), 0, right);
    copy_.write_at(at, bytes);
  }

  const Image& image_;
  ByteStore& copy_;
  RepairSummary& summary_;
  std::uint64_t cluster_size_;
  std::uint64_t block_entries_;
  HostUse used_;  ///< what uses each host cluster, the refcount structures left out
  HostUse use_;   ///< and with them
};

}  // namespace

Result<void> repair_refcounts(ByteStore& copy, RepairSummary& summary) {
  const auto image = open_image(copy);
  if (!image) return tl::unexpected(image.error());
  return RefcountRepair(*image, copy, summary).run();
}

}  // namespace qcow2
