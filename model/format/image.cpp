#include "format/image.hpp"

#include <fmt/format.h>

#include "format/rounding.hpp"
#include "format/table_window.hpp"

namespace qcow2 {

namespace {

/// How many L1 entries the virtual size needs.
std::uint64_t l1_entries_needed(const Image& image) {
  const unsigned reach_bits = image.l2_reach_bits();
  return divide_up(image.header.virtual_size, std::uint64_t{1} << reach_bits);
}

}  // namespace

Result<void> judge_l1_table(const Image& image) {
  const Header& header = image.header;
  const Where where{.host_offset = header.l1_table_offset.value};
  // [l1-table-aligned] "l1_table_offset is a multiple of cluster_size"
  if (header.l1_table_offset.value % header.cluster_size() != 0) {
    return refuse(rule::l1_table_aligned, where, "l1_table_offset is not aligned to a cluster");
  }
  // [l1-table] "An image with fewer entries is refused (stage: l1). More entries than that are allowed."
  if (const std::uint64_t needed = l1_entries_needed(image); header.l1_size < needed) {
    return refuse(rule::l1_table, where,
                  fmt::format("l1_size is {}, but a virtual size of {} bytes needs {} entries", header.l1_size,
                              header.virtual_size, needed));
  }
  // [l1-in-file]
  if (header.l1_size > 0 && !contains(*image.source, header.l1_table_offset, header.l1_size * table_entry_size)) {
    return refuse(rule::l1_in_file, where,
                  fmt::format("the L1 table of {} entries is not wholly in the file, which ends at {:#x}",
                              header.l1_size, image.source->size()));
  }
  return {};
}

namespace {

Result<Image> open_with(const ByteSource& source, Result<Header> header) {
  if (!header) return tl::unexpected(std::move(header.error()));
  Image image{&source, std::move(*header)};
  if (auto judged = judge_l1_table(image); !judged) return tl::unexpected(std::move(judged.error()));
  return image;
}

}  // namespace

Result<Image> open_image(const ByteSource& source) { return open_with(source, read_header(source)); }

Result<Image> open_any_image(const ByteSource& source) { return open_with(source, read_header_of_any(source)); }

}  // namespace qcow2
