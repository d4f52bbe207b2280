#include "check/bitmaps.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "check/table_walk.hpp"
#include "format/big_endian.hpp"
#include "format/rounding.hpp"

namespace qcow2 {

namespace {

constexpr std::uint32_t extension_bitmaps = 0x23852875;
constexpr std::uint64_t autoclear_bitmaps = 1 << 0;
constexpr std::uint32_t bitmaps_max = 65535;  // as QEMU has it
constexpr std::uint64_t entry_fixed_size = 24;

const HeaderExtension* bitmaps_extension(const Header& header) {
  const auto found = std::ranges::find(header.extensions, extension_bitmaps, &HeaderExtension::type);
  return found == header.extensions.end() ? nullptr : &*found;
}

class BitmapCounter {
 public:
  BitmapCounter(const Image& image, HostUse& use, Findings& findings) : image_(image), use_(use), findings_(findings) {}

  void count(const HeaderExtension& extension) {
    std::array<std::byte, 24> fields{};
    if (extension.length < fields.size()) return broken(extension.data, "the bitmaps extension is too short");
    image_.source->read_at(extension.data, fields);
    const auto bitmaps = load_big_endian<std::uint32_t>(fields, 0);
    const auto length = load_big_endian<std::uint64_t>(fields, 8);
    const HostOffset directory{load_big_endian<std::uint64_t>(fields, 16)};
    if (bitmaps > bitmaps_max) return broken(extension.data, fmt::format("{} bitmaps", bitmaps));
    if (!lies_well(directory, length))
      return broken(directory, "the bitmap directory is not aligned or leaves the file");
    use_.add_table(directory, length);
    HostOffset at = directory;
    for (std::uint32_t number = 0; number < bitmaps; ++number) {
      std::array<std::byte, entry_fixed_size> entry{};
      if (at.value - directory.value + entry.size() > length) {
        return broken(at, fmt::format("the bitmap directory ends before bitmap {} of {}", number, bitmaps));
      }
      image_.source->read_at(at, entry);
      count_table({load_big_endian<std::uint64_t>(entry, 0)}, load_big_endian<std::uint32_t>(entry, 8));
      const std::uint64_t name_size = load_big_endian<std::uint16_t>(entry, 18);
      const std::uint64_t extra_size = load_big_endian<std::uint32_t>(entry, 20);
      at = at + round_up(entry.size() + extra_size + name_size, 8);
    }
    count_clusters();
  }

 private:
  void broken(HostOffset at, std::string what) {
    findings_.corruption({rule::check_refcounts, {.host_offset = at.value}, std::move(what)});
  }

  bool lies_well(HostOffset offset, std::uint64_t length) const {
    return length > 0 && offset.value % image_.header.cluster_size() == 0 && contains(*image_.source, offset, length);
  }

  void count_table(HostOffset table, std::uint64_t entries) {
    if (entries == 0) return;
    if (!lies_well(table, entries * table_entry_size)) {
      return broken(table, "a bitmap table is not aligned or leaves the file");
    }
    use_.add_table(table, entries * table_entry_size);
    tables_.add(table.value, table.value + entries * table_entry_size);
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

bool has_bitmaps(const Header& header) {
  return (header.autoclear_features & autoclear_bitmaps) != 0 && bitmaps_extension(header) != nullptr;
}

void count_bitmaps(const Image& image, HostUse& use, Findings& findings) {
  if (has_bitmaps(image.header)) BitmapCounter(image, use, findings).count(*bitmaps_extension(image.header));
}

}  // namespace qcow2
