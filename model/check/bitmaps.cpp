#include "check/bitmaps.hpp"

#include <utility>

#include "check/spans.hpp"
#include "check/table_walk.hpp"

namespace qcow2 {

namespace {

class BitmapCounter {
 public:
  BitmapCounter(const Image& image, HostUse& use, Findings& findings) : image_(image), use_(use), findings_(findings) {}

  void count() {
    const auto directory = read_bitmap_directory(image_);
    if (!directory) return findings_.corruption(directory.error());
    use_.add_table(directory->offset, directory->length);
    for (const BitmapTable& table : directory->tables) count_table(table);
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

  void count_table(const BitmapTable& table) {
    if (table.entries == 0) return;
    const std::uint64_t length = table.entries * table_entry_size;
    if (!lies_well(table.offset, length)) {
      return broken(table.offset, "a bitmap table is not aligned or leaves the file");
    }
    use_.add_table(table.offset, length);
    tables_.add(table.offset.value, table.offset.value + length);
  }

  /// What the tables name, each stretch of them looked at once.
  void count_clusters() {
    for (const Spans::Run& run : tables_.runs()) {
      for_each_entry(*image_.source, {run.begin}, {run.end}, 3, [&](HostOffset at, const L2Entry& entry) {
        const HostOffset cluster = table_offset(entry.entry);
        if (cluster.value == 0) return;
        if (!lies_well(cluster, 1)) return broken(at, "a bitmap's cluster is not aligned or leaves the file");
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
  if (has_bitmaps(image.header)) BitmapCounter(image, use, findings).count();
}

}  // namespace qcow2
