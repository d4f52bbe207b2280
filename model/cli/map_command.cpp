// map: the guest's disk as stretches that come about alike, or cluster by cluster.
#include <fmt/format.h>

#include "cli/array_printer.hpp"
#include "cli/chain_options.hpp"
#include "cli/cli.hpp"
#include "files/chain.hpp"
#include "files/map_text.hpp"

namespace qcow2::cli {

namespace {

struct Options {
  std::string image;
  bool clusters = false;
  bool streams = false;
  bool json = false;
  ChainOptions chain;
};

/// Decodes a stream, and says where it ends.
void add_stream(Json& json, const Image& image, const Descriptor& descriptor, Scratch& scratch) {
  std::vector<std::byte> cluster(image.header.cluster_size());
  const auto decoded = read_compressed_cluster(image, descriptor, {}, cluster, scratch);
  if (!decoded) {
    json["refused"] = describe(decoded.error());
  } else if (const auto length = scratch.decompressor.stream_length(image.header.compression_type)) {
    json["stream_length"] = *length;
  } else {
    json["stream_length"] = nullptr;
  }
}

/// One cluster of the active state, its fields as they stand. With `scratch` its stream is looked at too.
Json cluster_json(const Image& image, std::uint64_t guest_offset, const L2Entry& entry, Scratch* scratch) {
  const EntryFormat format = image.entry_format();
  Json json{{"guest_offset", guest_offset},
            {"l1_index", guest_offset >> image.l2_reach_bits()},
            {"l2_index", (guest_offset >> image.header.cluster_bits) % image.l2_entries()},
            {"l2_entry", entry_hex(entry.entry)}};
  if (format.extended) json["bitmap"] = entry_hex(entry.bitmap);
  json["kind"] = name(kind(entry, format));
  if (kind(entry, format) == Kind::compressed) {
    const Descriptor descriptor = decode_descriptor(entry.entry, image.header.cluster_bits);
    json["host_offset"] = descriptor.host_offset.value;
    json["additional_sectors"] = descriptor.additional_sectors;
    json["sector_count"] = sector_count(descriptor);
    json["available_bytes"] = available_bytes(descriptor);
    if (scratch != nullptr) add_stream(json, image, descriptor, *scratch);
  } else if (table_offset(entry.entry).value != 0) {
    json["host_offset"] = table_offset(entry.entry).value;
  }
  return json;
}

/// Calls `emit` with each cluster that has an entry other than 0.
template <class Emit>
void for_each_cluster(const Image& image, bool streams, Emit emit) {
  Walk walk(image);
  Scratch scratch;
  const std::uint64_t size = image.header.virtual_size;
  std::uint64_t length = 0;
  for (std::uint64_t at = 0; at < size; at += std::min(length, size - at)) {
    const auto entry = value_or_refuse(walk.entry_at({at}));
    const bool stated = entry && (entry->entry != 0 || entry->bitmap != 0);
    length = stated ? image.header.cluster_size() : walk.length_without_entries({at});
    if (stated) emit(cluster_json(image, at, *entry, streams ? &scratch : nullptr));
  }
}

void print_row(const MapRow& row) {
  const GuestExtent& extent = row.extent;
  const char* kind = extent.compressed   ? "compressed"
                     : !extent.allocated ? "unallocated"
                     : extent.zero       ? "zero"
                                         : "data";
  fmt::print("{:#14x} {:#12x} {:>5}  {:<12}{}\n", row.start, extent.length, extent.depth, kind,
             extent.host_offset ? hex(extent.host_offset->value) : "");
}

void print_cluster(const Json& cluster) {
  std::string stream;
  if (cluster.contains("stream_length")) {
    const Json& length = cluster["stream_length"];
    stream = length.is_null() ? "  the stream does not end in its extent" : fmt::format("  stream of {}", text(length));
  } else if (cluster.contains("refused")) {
    stream = "  refused: " + printable(cluster["refused"].get<std::string>());
  }
  const auto number = [&](const char* key) { return cluster.contains(key) ? text(cluster[key]) : ""; };
  fmt::print("{:#14x} {}  {:<12}{:>16}{:>8}{:>9}{}\n", cluster["guest_offset"].get<std::uint64_t>(),
             cluster["l2_entry"].get<std::string>(), cluster["kind"].get<std::string>(), number("host_offset"),
             number("additional_sectors"), number("available_bytes"), stream);
}

int map_clusters(const Options& options) {
  const auto opened = value_or_refuse(open_single_image(options.image));
  const Image& image = opened->reader->image();
  if (options.json) {
    ArrayPrinter printer;
    for_each_cluster(image, options.streams, std::ref(printer));
    const std::string head = text(document("map"));
    printer.finish(head.substr(0, head.size() - 1) + ",\"clusters\":", "}");
  } else {
    fmt::print("{:>14} {:<18}  {:<12}{:>16}{:>8}{:>9}\n", "guest_offset", "l2_entry", "kind", "host_offset", "n",
               "bytes");
    for_each_cluster(image, options.streams, print_cluster);
  }
  return exit_code::conforms;
}

int map(const Options& options) {
  if (options.clusters || options.streams) return map_clusters(options);
  const auto opened = value_or_refuse(open_image_chain(options.image, chain_rules(options.chain)));
  if (options.json) {
    ArrayPrinter printer;
    value_or_refuse(map_disk(*opened->reader, [&](const MapRow& row) { printer.add(map_text(row)); }));
    printer.finish("", "");
  } else {
    fmt::print("{:>14} {:>12} {:>5}  {:<12}{}\n", "guest_offset", "length", "depth", "kind", "host_offset");
    value_or_refuse(map_disk(*opened->reader, print_row));
  }
  return exit_code::conforms;
}

}  // namespace

void add_map(Program& program) {
  auto options = std::make_shared<Options>();
  Command command = program.command("map", "Show where each part of the guest's disk comes from");
  command.argument("image", options->image, "A qcow2 image")
      .flag("--clusters", options->clusters, "Show a row with all fields for each cluster that has an L2 entry")
      .flag("--streams", options->streams, "As --clusters, with the length of each stream")
      .flag("--json", options->json, "Print JSON (without --clusters: in the form of qemu-img map --output=json)");
  add_chain_options(command, options->chain).run([options] {
    return answer("map", options->json, [&] { return map(*options); });
  });
}

}  // namespace qcow2::cli
