// info: what the header says, and how many clusters of each kind the active state has.
#include <fmt/format.h>

#include "cli/cli.hpp"
#include "cli/kept_json.hpp"
#include "files/chain.hpp"
#include "format/snapshot.hpp"

namespace qcow2::cli {

namespace {

struct Options {
  std::string image;
  bool json = false;
};

struct Counts {
  std::uint64_t standard = 0;
  std::uint64_t zero = 0;
  std::uint64_t compressed = 0;
};

/// Guest clusters below the virtual size. Entries that no reader may follow count as what they say they are.
Counts count_clusters(const Image& image) {
  Counts counts;
  Walk walk(image);
  const std::uint64_t cluster_size = image.header.cluster_size();
  const std::uint64_t size = image.header.virtual_size;
  std::uint64_t length = 0;
  for (std::uint64_t at = 0; at < size; at += std::min(length, size - at)) {
    const auto entry = value_or_refuse(walk.entry_at({at}));
    length = entry ? cluster_size : (std::uint64_t{1} << image.l2_reach_bits());
    switch (entry ? kind(*entry, image.entry_format()) : Kind::unallocated) {
      case Kind::unallocated: break;
      case Kind::zero: ++counts.zero; break;
      case Kind::standard: ++counts.standard; break;
      case Kind::compressed: ++counts.compressed; break;
    }
  }
  return counts;
}

/// By id, name and size; a table that is broken is check's to report.
Json snapshots_json(const Image& image) {
  Json json = Json::array();
  const auto table = read_snapshot_table(image);
  if (!table) return json;
  for (const Snapshot& snapshot : table->snapshots) {
    json.push_back({{"id", snapshot.id},
                    {"name", snapshot.name},
                    {"virtual_size", snapshot.virtual_size.value_or(image.header.virtual_size)}});
  }
  return json;
}

std::string encryption(const Header& header) {
  switch (header.crypt_method) {
    case 0: return "none";
    case 1: return "AES";
    case 2: return "LUKS";
    default: return fmt::format("method {}", header.crypt_method);
  }
}

Json info_json(const OpenImage& opened) {
  const Image& image = opened.reader->image();
  const Header& header = image.header;
  const Counts counts = count_clusters(image);
  Json json = document("info");
  json.update({{"file_size", opened.file->source.size()},
               {"version", header.version},
               {"encryption", encryption(header)},
               {"virtual_size", header.virtual_size},
               {"cluster_bits", header.cluster_bits},
               {"cluster_size", header.cluster_size()},
               {"compression_type", name(header.compression_type)},
               {"extended_l2", header.has(incompatible::extended_l2)},
               {"refcount_bits", 1u << header.refcount_order},
               {"incompatible_features", hex(header.incompatible_features)},
               {"compatible_features", hex(header.compatible_features)},
               {"autoclear_features", hex(header.autoclear_features)},
               {"header_length", header.header_length},
               {"l1_size", header.l1_size},
               {"l1_table_offset", header.l1_table_offset.value},
               {"refcount_table_offset", header.refcount_table_offset.value},
               {"refcount_table_clusters", header.refcount_table_clusters},
               {"snapshot_count", header.snapshot_count}});
  if (header.snapshot_count > 0) json["snapshots"] = snapshots_json(image);
  if (!header.backing_file.empty()) json["backing_file"] = header.backing_file;
  if (!header.backing_format.empty()) json["backing_format"] = header.backing_format;
  if (!header.data_file.empty()) json["data_file"] = header.data_file;
  add_kept(json, image);
  json["standard_clusters"] = counts.standard;
  json["zero_clusters"] = counts.zero;
  json["compressed_clusters"] = counts.compressed;
  return json;
}

int info(const Options& options) {
  const Json json = info_json(*value_or_refuse(open_single_image(options.image, Encrypted::allowed)));
  if (options.json) {
    print(json);
    return exit_code::conforms;
  }
  for (const auto& [key, value] : json.items()) {
    if (key == "schema") continue;
    fmt::print("{:<26}{}\n", key, printable(value.is_string() ? value.get<std::string>() : text(value)));
  }
  return exit_code::conforms;
}

}  // namespace

void add_info(Program& program) {
  auto options = std::make_shared<Options>();
  program.command("info", "Show the header, and count the clusters of each kind")
      .argument("image", options->image, "A qcow2 image")
      .flag("--json", options->json, "Print JSON")
      .run([options] { return answer("info", options->json, [&] { return info(*options); }); });
}

}  // namespace qcow2::cli
