#include "read/reader.hpp"

#include <algorithm>
#include <cassert>

namespace qcow2 {

namespace {

void fill_with_zeros(std::span<std::byte> out) { std::ranges::fill(out, std::byte{0}); }

template <class... Visitors>
struct overloaded : Visitors... {
  using Visitors::operator()...;
};
template <class... Visitors>
overloaded(Visitors...) -> overloaded<Visitors...>;

}  // namespace

Result<void> Reader::read(GuestOffset offset, std::span<std::byte> out, Scratch& scratch) const {
  assert(offset.value <= size() && out.size() <= size() - offset.value);
  Walk walk(image_);
  while (!out.empty()) {
    const auto piece = walk.at(offset);
    if (!piece) return tl::unexpected(piece.error());
    const auto part = out.first(static_cast<std::size_t>(std::min<std::uint64_t>(piece->length, out.size())));
    const auto done = std::visit(
        overloaded{
            [&](const Unallocated&) { return read_unallocated(offset, part, scratch); },
            // [zero-cluster] "neither the host cluster that its offset may name nor the backing file is read"
            [&](const Zero&) -> Result<void> {
              fill_with_zeros(part);
              return {};
            },
            [&](const Standard& standard) -> Result<void> {
              const std::size_t got = data_->read_at(standard.host_offset, part);
              fill_with_zeros(part.subspan(got));  // [standard-past-end]
              return {};
            },
            [&](const Compressed& compressed) { return read_compressed(compressed, piece->where, part, scratch); },
        },
        piece->mapping);
    if (!done) return done;
    offset = offset + part.size();
    out = out.subspan(part.size());
  }
  return {};
}

Result<void> Reader::read_unallocated(GuestOffset offset, std::span<std::byte> out, Scratch& scratch) const {
  const std::uint64_t covered =
      backing_ != nullptr && backing_->size() > offset.value ? backing_->size() - offset.value : 0;
  const auto from_backing = out.first(static_cast<std::size_t>(std::min<std::uint64_t>(covered, out.size())));
  // [unallocated-cluster] "without a backing file, and beyond its end, they are zeros"
  fill_with_zeros(out.subspan(from_backing.size()));
  if (from_backing.empty()) return {};
  return backing_->read(offset, from_backing, scratch).map_error([](Violation violation) {
    violation.detail = "in the backing file: " + violation.detail;
    return violation;
  });
}

Result<void> Reader::read_compressed(const Compressed& mapping, const Where& where, std::span<std::byte> out,
                                     Scratch& scratch) const {
  if (out.size() == image_.header.cluster_size()) {
    return read_compressed_cluster(image_, mapping.descriptor, where, out, scratch).map([](std::size_t) {});
  }
  KeptCluster& kept = scratch.kept;
  if (!kept.is(image_.source, mapping.descriptor)) {
    // [range-equals-whole] "whatever was read before, in whatever order, and whether earlier reads were refused"
    kept.source = nullptr;
    // [last-cluster-partial] "the stream of the last guest cluster still gives a whole cluster"
    kept.bytes.resize(image_.header.cluster_size());
    const auto decoded = read_compressed_cluster(image_, mapping.descriptor, where, kept.bytes, scratch);
    if (!decoded) return tl::unexpected(decoded.error());
    kept.source = image_.source;
    kept.descriptor = mapping.descriptor;
  }
  // [range-equals-whole]
  const auto wanted = std::span(kept.bytes).subspan(mapping.offset_in_cluster, out.size());
  std::ranges::copy(wanted, out.begin());
  return {};
}

Result<GuestExtent> Reader::extent_at(GuestOffset offset) const {
  Walk walk(image_);
  return extent_at(offset, walk);
}

Result<GuestExtent> Reader::extent_at(GuestOffset offset, Walk& walk) const {
  const auto piece = walk.at(offset);
  if (!piece) return tl::unexpected(piece.error());
  GuestExtent extent{.length = piece->length, .allocated = true};
  if (const auto* standard = std::get_if<Standard>(&piece->mapping)) {
    extent.host_offset = standard->host_offset;
  } else if (const auto* zero = std::get_if<Zero>(&piece->mapping)) {
    extent.zero = true;
    extent.host_offset = zero->preallocated;
  } else if (std::holds_alternative<Compressed>(piece->mapping)) {
    extent.compressed = true;  // [map-compressed]
  } else if (backing_ == nullptr || offset.value >= backing_->size()) {
    extent.allocated = false;
    extent.zero = true;
    extent.host_offset = std::get<Unallocated>(piece->mapping).preallocated;
  } else {
    auto in_backing = backing_->extent_at(offset);
    if (!in_backing) return in_backing;
    in_backing->depth += 1;
    in_backing->length = std::min(in_backing->length, piece->length);  // [map-unallocated] what follows may be here
    return in_backing;
  }
  return extent;
}

}  // namespace qcow2
