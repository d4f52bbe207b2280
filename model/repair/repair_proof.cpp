#include "repair/repair_proof.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "check/table_walk.hpp"
#include "read/reader.hpp"

namespace qcow2 {

namespace {

/// It trusts nothing of the repair.
class Comparison {
 public:
  Comparison(const Image& before, const Image& after) : before_(before), after_(after) {}

  Result<void> run() {
    const auto old_snapshots = read_snapshot_table(before_);
    const auto new_snapshots = read_snapshot_table(after_);
    if (!old_snapshots) return tl::unexpected(old_snapshots.error());
    if (!new_snapshots) return tl::unexpected(new_snapshots.error());
    const auto old_tables = l1_tables(before_, *old_snapshots);
    const auto new_tables = l1_tables(after_, *new_snapshots);
    if (!same_header() || !std::ranges::equal(old_tables, new_tables, same_span)) differs({0}, "the header");
    for (const Spans::Run& run : old_tables) {
      for_each_pair({run.begin}, {run.end}, 3, [&](HostOffset at, const L2Entry& was, const L2Entry& is) {
        if ((was.entry | copied_flag) != (is.entry | copied_flag)) differs(at, "an L1 entry");
      });
    }
    for (const std::uint64_t table : l2_tables(before_, old_tables)) {
      const HostOffset end{table + before_.header.cluster_size()};
      for_each_pair({table}, end, before_.l2_entry_bits(),
                    [&](HostOffset at, const L2Entry& was, const L2Entry& is) { compare(at, was, is); });
    }
    if (difference_) return tl::unexpected(std::move(*difference_));
    return {};
  }

 private:
  static bool same_span(const Spans::Run& a, const Spans::Run& b) { return a.begin == b.begin && a.end == b.end; }

  bool same_header() const {
    const Header& a = before_.header;
    const Header& b = after_.header;
    const std::uint64_t marks = incompatible::dirty | incompatible::corrupt;
    return a.version == b.version && a.cluster_bits == b.cluster_bits && a.virtual_size == b.virtual_size &&
           a.l1_table_offset == b.l1_table_offset && a.l1_size == b.l1_size && a.backing_file == b.backing_file &&
           a.backing_format == b.backing_format && a.data_file == b.data_file &&
           a.compression_type == b.compression_type && a.snapshot_count == b.snapshot_count &&
           a.snapshots_offset == b.snapshots_offset &&
           ((a.incompatible_features ^ b.incompatible_features) & ~marks) == 0;
  }

  /// Every entry that is not 0 before or after.
  template <class Visit>
  void for_each_pair(HostOffset begin, HostOffset end, unsigned entry_bits, Visit visit) {
    TableWindow before;
    TableWindow after;
    const auto load = [&](TableWindow& window, const Image& image, HostOffset at) {
      return L2Entry{window.load(*image.source, at), entry_bits > 3 ? window.load(*image.source, at + 8) : 0};
    };
    for (HostOffset at = begin; at < end && !difference_;) {
      const L2Entry was = load(before, before_, at);
      const L2Entry is = load(after, after_, at);
      const bool zero = (was.entry | was.bitmap | is.entry | is.bitmap) == 0;
      const HostOffset next = at + (std::uint64_t{1} << entry_bits);
      if (!zero) visit(at, was, is);
      at = zero ? std::max(next, std::min(before.zeros_end(*before_.source, at), after.zeros_end(*after_.source, at)))
                : next;
    }
  }

  void differs(HostOffset at, std::string_view what) {
    if (!difference_)
      difference_ =
          Violation{rule::check_refcounts, {.host_offset = at.value}, fmt::format("the repair would change {}", what)};
  }

  void compare(HostOffset at, const L2Entry& was, const L2Entry& is) {
    const EntryFormat format = before_.entry_format();
    if (was.bitmap != is.bitmap || kind(was, format) != kind(is, format)) return differs(at, "an L2 entry");
    if ((was.entry & compressed_flag) != 0) return compare_compressed(at, was, is);
    if ((was.entry | copied_flag) != (is.entry | copied_flag)) return differs(at, "an L2 entry");
    const HostOffset cluster = table_offset(was.entry);
    if (!format.external_data && cluster.value != 0 && !same_bytes(cluster)) differs(cluster, "a cluster");
  }

  void compare_compressed(HostOffset at, const L2Entry& was, const L2Entry& is) {
    const unsigned cluster_bits = before_.header.cluster_bits;
    const Descriptor a = decode_descriptor(was.entry, cluster_bits);
    const Descriptor b = decode_descriptor(is.entry, cluster_bits);
    if (a.host_offset != b.host_offset) return differs(at, "an L2 entry");
    const bool read_after = read(after_, b, second_);
    if (read(before_, a, first_)) {
      if (!read_after || first_ != second_) differs(a.host_offset, "a compressed cluster");
      return;
    }
    // What was refused stays refused, unless its own field was raised, and the bytes were in the file before.
    if (!read_after) return;
    const bool raised = b.additional_sectors > a.additional_sectors;
    if (!raised || !read(before_, b, first_) || first_ != second_) differs(a.host_offset, "a broken stream");
  }

  bool read(const Image& image, const Descriptor& descriptor, std::vector<std::byte>& cluster) {
    cluster.resize(image.header.cluster_size());
    return read_compressed_cluster(image, descriptor, {}, cluster, scratch_).has_value();
  }

  bool same_bytes(HostOffset cluster) {
    const std::uint64_t data = std::min(before_.source->next_data(cluster), after_.source->next_data(cluster)).value;
    if (data >= cluster.value + before_.header.cluster_size()) return true;
    first_.assign(before_.header.cluster_size(), std::byte{0});
    second_.assign(before_.header.cluster_size(), std::byte{0});
    before_.source->read_at(cluster, first_);
    after_.source->read_at(cluster, second_);
    return first_ == second_;
  }

  const Image& before_;
  const Image& after_;
  Scratch scratch_;
  std::vector<std::byte> first_;
  std::vector<std::byte> second_;
  std::optional<Violation> difference_;
};

}  // namespace

Result<void> reads_as_before(const Image& before, const Image& after) { return Comparison(before, after).run(); }

}  // namespace qcow2
