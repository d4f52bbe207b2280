#include "format/header.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "format/big_endian.hpp"
#include "format/descriptor.hpp"
#include "format/header_fields.hpp"
#include "format/rounding.hpp"

namespace qcow2 {

namespace {

constexpr std::uint64_t backing_file_size_max = 1023;

constexpr std::uint32_t extension_end = 0;
constexpr std::uint32_t extension_backing_format = 0xe2792aca;
constexpr std::uint32_t extension_data_file = 0x44415441;

/// The fields that both versions have, in the order of the file.
Header load_v2_fields(std::span<const std::byte> bytes) {
  Header header;
  header.version = field::version.load(bytes);
  header.backing_file_offset = {field::backing_file_offset.load(bytes)};
  header.backing_file_size = field::backing_file_size.load(bytes);
  header.cluster_bits = field::cluster_bits.load(bytes);
  header.virtual_size = field::virtual_size.load(bytes);
  header.crypt_method = field::crypt_method.load(bytes);
  header.l1_size = field::l1_size.load(bytes);
  header.l1_table_offset = {field::l1_table_offset.load(bytes)};
  header.refcount_table_offset = {field::refcount_table_offset.load(bytes)};
  header.refcount_table_clusters = field::refcount_table_clusters.load(bytes);
  header.snapshot_count = field::snapshot_count.load(bytes);
  header.snapshots_offset = {field::snapshots_offset.load(bytes)};
  header.header_length = header_length_v2;
  return header;
}

/// Those that version 2 has not.
void load_v3_fields(std::span<const std::byte> bytes, Header& header) {
  header.incompatible_features = field::incompatible_features.load(bytes);
  header.compatible_features = field::compatible_features.load(bytes);
  header.autoclear_features = field::autoclear_features.load(bytes);
  header.refcount_order = field::refcount_order.load(bytes);
  header.header_length = field::header_length.load(bytes);
}

Result<void> judge_length(const Header& header, const ByteSource& source) {
  const std::uint32_t length = header.header_length;
  // [header-length] "the header_length is at least 104 and at most cluster_size"
  if (length < header_length_v3 || length > header.cluster_size()) {
    return refuse(rule::header_length, {.host_offset = field::header_length.at},
                  fmt::format("header_length is {}, not {} to {}", length, header_length_v3, header.cluster_size()));
  }
  // [header-length-multiple]
  if (length % 8 != 0) {
    return refuse(rule::header_length_multiple, {.host_offset = field::header_length.at},
                  fmt::format("header_length {} is not a multiple of 8", length));
  }
  // [header-in-file] "The file holds the whole header, header_length bytes, and the header extensions"
  if (!contains(source, {0}, length)) {
    return refuse(rule::header_in_file, {.host_offset = source.size()},
                  fmt::format("the file ends inside its header, which has {} bytes", length));
  }
  return {};
}

Result<CompressionType> judge_compression_type(const Header& header, const ByteSource& source) {
  constexpr std::size_t at = field::compression_type.at;
  std::array<std::byte, 1> byte{};
  if (header.header_length > at) source.read_at({at}, byte);
  const unsigned type = std::to_integer<unsigned>(byte[0]);
  const Where where{.host_offset = at};
  // [compression-type-agrees] "an image in which incompatible bit 3 and the field compression_type disagree"
  if (header.has(incompatible::compression_type) != (type != 0)) {
    return refuse(rule::compression_type_agrees, where,
                  fmt::format("compression_type {} with the incompatible bit \"compression type\" {}", type,
                              type != 0 ? "clear" : "set"));
  }
  // [compression-type] "an image whose type is unknown is refused"
  if (type > static_cast<unsigned>(CompressionType::zstd)) {
    return refuse(rule::compression_type, where, fmt::format("compression_type {} is unknown", type));
  }
  return static_cast<CompressionType>(type);
}

/// What version 3 says beyond version 2, and whether this reader may go on with it.
Result<void> judge_v3(const ByteSource& source, Header& header) {
  std::array<std::byte, header_length_v3> bytes{};
  if (source.read_at({0}, bytes) < bytes.size()) {
    return refuse(rule::header_fields_in_file, {.host_offset = source.size()},
                  fmt::format("the file ends inside its header, which has at least {} bytes", header_length_v3));
  }
  load_v3_fields(bytes, header);
  // [header-incompatible-features] the bits that are known stand in header.hpp
  if (const std::uint64_t unknown = header.incompatible_features & ~incompatible::known; unknown != 0) {
    return refuse(rule::header_incompatible_features, {.host_offset = field::incompatible_features.at},
                  fmt::format("unknown incompatible feature bits {:#x}", unknown));
  }
  if (auto judged = judge_length(header, source); !judged) return judged;
  // [header-refcount-order]
  if (header.refcount_order > 6) {
    return refuse(rule::header_refcount_order, {.host_offset = field::refcount_order.at},
                  fmt::format("refcount_order is {}, above 6", header.refcount_order));
  }
  // [extended-l2-cluster-bits]
  if (header.has(incompatible::extended_l2) && header.cluster_bits < 14) {
    return refuse(rule::extended_l2_cluster_bits, {.host_offset = field::incompatible_features.at},
                  fmt::format("extended L2 entries need cluster_bits 14 or more; it is {}", header.cluster_bits));
  }
  auto type = judge_compression_type(header, source);
  if (!type) return tl::unexpected(std::move(type.error()));
  header.compression_type = *type;
  return {};
}

std::string load_text(const ByteSource& source, HostOffset offset, std::uint64_t length) {
  std::string text(static_cast<std::size_t>(length), '\0');
  source.read_at(offset, std::as_writable_bytes(std::span(text)));
  return text;
}

Result<void> load_backing_file(const ByteSource& source, Header& header) {
  // [backing-file] "When backing_file_offset is 0, there is no backing file, and backing_file_size means nothing."
  if (header.backing_file_offset.value == 0) return {};
  const std::uint64_t offset = header.backing_file_offset.value;
  const std::uint64_t length = header.backing_file_size;
  // [backing-file-name-length] "The name has at most 1023 bytes"
  if (length > backing_file_size_max) {
    return refuse(
        rule::backing_file_name_length, {.host_offset = field::backing_file_size.at},
        fmt::format("the backing file's name has {} bytes; at most {} are allowed", length, backing_file_size_max));
  }
  // [backing-file-in-first-cluster] "The name lies wholly in the first cluster, and in the file"
  if (offset > header.cluster_size() || length > header.cluster_size() - offset ||
      !contains(source, {offset}, length)) {
    return refuse(
        rule::backing_file_in_first_cluster, {.host_offset = field::backing_file_offset.at},
        fmt::format(
            "the backing file's name ({} bytes at {:#x}) is not in the first cluster, or not in the file of {} bytes",
            length, offset, source.size()));
  }
  header.backing_file = load_text(source, {offset}, length);
  return {};
}

/// From the header's end to the backing file's name, or to the end of the first cluster.
Result<void> load_extensions(const ByteSource& source, Header& header) {
  const std::uint64_t end =
      header.backing_file_offset.value != 0 ? header.backing_file_offset.value : header.cluster_size();
  std::uint64_t at = header.header_length;
  while (at < end) {
    std::array<std::byte, 8> head{};
    // [header-in-file] [header-extensions-end]
    if (end - at < head.size() || source.read_at({at}, head) < head.size()) {
      return refuse(rule::header_extensions_fit, {.host_offset = at}, "the header extensions have no end marker");
    }
    const auto type = load_big_endian<std::uint32_t>(head, 0);
    const auto length = load_big_endian<std::uint32_t>(head, 4);
    // [header-extensions] "The area ends at an extension of type 0, at backing_file_offset when that is not 0, or at
    // the end of the first cluster, whichever comes first."
    if (type == extension_end) break;
    // [header-extensions-fit] "an extension whose data does not fit into that area"
    if (length > end - at - 8 || !contains(source, {at + 8}, length)) {
      return refuse(rule::header_extensions_fit, {.host_offset = at},
                    fmt::format("header extension {:#010x} of {} bytes does not fit into the space for extensions",
                                type, length));
    }
    header.extensions.push_back({type, {at + 8}, length});
    // [header-extensions-twice] the later one is taken
    if (type == extension_backing_format) header.backing_format = load_text(source, {at + 8}, length);
    if (type == extension_data_file) header.data_file = load_text(source, {at + 8}, length);
    at += 8 + round_up(length, 8);
  }
  return {};
}

}  // namespace

Result<Header> read_header(const ByteSource& source) {
  auto header = read_header_of_any(source);
  // [header-encryption]
  if (header && header->crypt_method != 0) {
    return refuse(rule::header_encryption, {.host_offset = field::crypt_method.at},
                  fmt::format("crypt_method {}: encrypted images are not supported", header->crypt_method));
  }
  return header;
}

Result<Header> read_header_of_any(const ByteSource& source) {
  std::array<std::byte, header_length_v2> bytes{};
  const std::size_t there = source.read_at({0}, bytes);
  // [header-magic] "The first four bytes of the file are 51 46 49 fb; any other file is refused"
  if (there < 4 || field::magic.load(bytes) != header_magic) {
    return refuse(rule::header_magic, {.host_offset = field::magic.at}, "the file does not begin with \"QFI\\xfb\"");
  }
  // [header-fields-in-file] "A file that ends within the fields that every header has"
  if (there < bytes.size()) {
    return refuse(rule::header_fields_in_file, {.host_offset = source.size()},
                  fmt::format("the file ends inside its header, which has at least {} bytes", header_length_v2));
  }
  Header header = load_v2_fields(bytes);
  // [header-version]
  if (header.version != 2 && header.version != 3) {
    return refuse(rule::header_version, {.host_offset = field::version.at},
                  fmt::format("version {} is neither 2 nor 3", header.version));
  }
  // [header-cluster-bits] [header-cluster-bits-large]
  if (header.cluster_bits < cluster_bits_min || header.cluster_bits > cluster_bits_max) {
    return refuse(
        header.cluster_bits > cluster_bits_max ? rule::header_cluster_bits_large : rule::header_cluster_bits,
        {.host_offset = field::cluster_bits.at},
        fmt::format("cluster_bits is {}, not {} to {}", header.cluster_bits, cluster_bits_min, cluster_bits_max));
  }
  // [header-v2] "Bytes from 72 on hold none of these fields, whatever the bytes are"
  if (header.version == 3) {
    if (auto judged = judge_v3(source, header); !judged) return tl::unexpected(std::move(judged.error()));
  }
  if (auto loaded = load_backing_file(source, header); !loaded) return tl::unexpected(std::move(loaded.error()));
  if (auto loaded = load_extensions(source, header); !loaded) return tl::unexpected(std::move(loaded.error()));
  return header;
}

}  // namespace qcow2
