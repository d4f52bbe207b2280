// The guest writes clusters that are to be stored compressed.
#include <fmt/format.h>

#include <vector>

#include "change/state/allocation.hpp"
#include "change/state/clusters.hpp"
#include "change/state/tables.hpp"
#include "change/write.hpp"
#include "write/compress.hpp"

namespace qcow2::change {

namespace {

/// Where the stream lies, as an entry. Its references are counted.
Result<L2Entry> store_stream(State& state, std::span<const std::byte> stream) {
  const auto offset = allocate_stream(state, stream.size());
  if (!offset) return tl::unexpected(offset.error());
  const auto entry = encode_descriptor(covering(*offset, stream.size()), state.header().cluster_bits);
  if (!entry) {
    return refuse(rule::offset_field, {.host_offset = offset->value}, "the offset is too large for a compressed entry");
  }
  state.store->write_at(*offset, stream);
  return L2Entry{*entry, 0};  // no bit 63, and beside it no bitmap
}

Result<void> judge_whole_clusters(const State& state, GuestOffset offset, std::uint64_t length) {
  const std::uint64_t end = offset.value + length;
  const bool ends_well = end % state.cluster_size() == 0 || end == state.header().virtual_size;
  if (offset.value % state.cluster_size() == 0 && ends_well) return {};
  return refuse(rule::writer_whole_cluster, {.guest_offset = offset.value},
                fmt::format("{} bytes at {:#x} are not whole clusters", length, offset.value));
}

}  // namespace

Result<void> write_compressed(State& state, GuestOffset offset, std::uint64_t length, const Content& content) {
  if (auto judged = judge_range(state, offset, length); !judged) return judged;
  if (auto judged = judge_whole_clusters(state, offset, length); !judged) return judged;
  Compressor compressor(state.header().compression_type);
  std::vector<std::byte> stream(state.cluster_size() - 1);  // one that is not shorter than its cluster is of no use
  for (std::uint64_t done = 0; done < length; done += state.cluster_size()) {
    const Part part = part_at(state, offset, length, done);
    std::vector<std::byte> cluster(state.cluster_size());
    content(done, std::span(cluster).first(part.end));
    const auto compressed = compressor.compress(cluster, stream);
    if (!compressed) {
      if (auto written = write_cluster(state, part.guest_cluster, cluster); !written) return written;
      continue;
    }
    const auto entry = store_stream(state, std::span(stream).first(*compressed));
    if (!entry) return tl::unexpected(entry.error());
    if (auto replaced = replace_entry(state, part.guest_cluster, *entry); !replaced) return replaced;
  }
  return {};
}

}  // namespace qcow2::change
