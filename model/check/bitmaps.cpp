#include "check/bitmaps.hpp"

#include <fmt/format.h>

#include <utility>

#include "check/spans.hpp"
#include "check/table_walk.hpp"

namespace qcow2 {

namespace {

constexpr std::uint64_t all_ones = 1;  // what an entry without a cluster may say of its bits
constexpr std::uint64_t reserved_in_entry = ~low_bits(56) | low_bits(9);

class BitmapCounter {
 public:
  BitmapCounter(const Image& image, HostUse& use, Findings& findings) : image_(image), use_(use), findings_(findings) {}

  void count() {
    const auto directory = read_bitmap_directory(image_);
    if (!directory) return findings_.corruption(directory.error());
    use_.add_table(directory->offset, directory->length);
    for (const Bitmap& bitmap : directory->bitmaps) {
      if (auto violation = judge(bitmap, image_.header)) findings_.corruption(*violation);
      count_table(bitmap);
    }
    if (directory->broken) findings_.corruption(*directory->broken);
    count_clusters();
  }

 private:
  void broken(HostOffset at, std::string what) {
    findings_.corruption({rule::check_refcounts, {.host_offset = at.value}, std::move(what)});
  }

  bool lies_well(HostOffset offset, std::uint64_t length) const {
    return offset.value % image_.header.cluster_size() == 0 && contains(*image_.source, offset, length);
  }

  void count_table(const Bitmap& bitmap) {
    if (bitmap.table_entries == 0) return;
    const std::uint64_t length = bitmap.table_entries * table_entry_size;
    if (!lies_well(bitmap.table, length)) {
      return broken(bitmap.table, "a bitmap table is not aligned to a cluster, or not wholly in the file");
    }
    use_.add_table(bitmap.table, length);
    tables_.add(bitmap.table.value, bitmap.table.value + length);
  }

  /// What the tables name, each stretch of them looked at once.
  void count_clusters() {
    for (const Spans::Run& run : tables_.runs()) {
      for_each_entry(*image_.source, {run.begin}, {run.end}, 3, [&](HostOffset at, const L2Entry& entry) {
        const HostOffset cluster = table_offset(entry.entry);
        const std::uint64_t reserved = cluster.value == 0 ? reserved_in_entry & ~all_ones : reserved_in_entry;
        if ((entry.entry & reserved) != 0) {
          broken(at, fmt::format("reserved bits of the bitmap table entry {:#018x} are set", entry.entry));
        }
        if (cluster.value == 0) return;
        if (!lies_well(cluster, 1))
          return broken(at, "a bitmap's cluster is not aligned, or starts past the end of the file");
        use_.add_data(cluster, image_.header.cluster_size(), run.times);
      });
    }
  }

  const Image& image_;
  HostUse& use_;
  Findings& findings_;
  Spans tables_;
};

}  // namespace

void count_bitmaps(const Image& image, HostUse& use, Findings& findings) {
  // [refcount-bitmaps] "persistent bitmaps add references of their own"
  if (has_bitmaps(image.header)) BitmapCounter(image, use, findings).count();
}

}  // namespace qcow2
