// decode: the fields of one L2 entry, and beside them what the text said before its correction.
#include <fmt/format.h>

#include "cli/cli.hpp"
#include "format/descriptor.hpp"
#include "format/l2_entry.hpp"

namespace qcow2::cli {

namespace {

struct Options {
  unsigned cluster_bits = 0;
  std::uint64_t l2_entry = 0;
  bool json = false;
};

Json before_correction_json(const Options& options) {
  const auto reading = before_correction::decode(options.l2_entry, options.cluster_bits);
  return {{"host_offset", reading.host_offset.value},
          {"host_offset_hex", hex(reading.host_offset.value)},
          {"size_field", reading.size_field},
          {"available_bytes_as_count", before_correction::available_bytes_as_count(reading)},
          {"available_bytes_as_additional", before_correction::available_bytes_as_additional(reading)}};
}

Json fields_json(const Options& options, Kind entry_kind) {
  Json json = document("decode");
  json["cluster_bits"] = options.cluster_bits;
  json["l2_entry"] = entry_hex(options.l2_entry);
  json["kind"] = name(entry_kind);
  if (entry_kind == Kind::compressed) {
    const Descriptor descriptor = decode_descriptor(options.l2_entry, options.cluster_bits);
    json["host_offset"] = descriptor.host_offset.value;
    json["host_offset_hex"] = hex(descriptor.host_offset.value);
    json["additional_sectors"] = descriptor.additional_sectors;
    json["sector_count"] = sector_count(descriptor);
    json["available_bytes"] = available_bytes(descriptor);
    return json;
  }
  const HostOffset host_offset = table_offset(options.l2_entry);
  json["host_offset"] = host_offset.value;
  json["host_offset_hex"] = hex(host_offset.value);
  json["additional_sectors"] = nullptr;
  json["sector_count"] = nullptr;
  json["available_bytes"] = nullptr;
  return json;
}

void print_text(const Json& json) {
  for (const auto& [key, value] : json.items()) {
    if (key == "schema" || key == "violations" || key == "before_correction" || key.ends_with("_hex") ||
        value.is_null())
      continue;
    const auto twin = json.find(key + "_hex");
    fmt::print("{:<20}{}{}\n", key, value.is_string() ? value.get<std::string>() : text(value),
               twin != json.end() ? " (" + twin->get<std::string>() + ")" : "");
  }
  for (const Json& violation : json["violations"]) {
    fmt::print("violation           {}: {}\n", violation["rule"].get<std::string>(),
               violation["detail"].get<std::string>());
  }
  if (!json.contains("before_correction")) return;
  const Json& before = json["before_correction"];
  fmt::print(
      "by the text before the correction of 2018:\n"
      "  host_offset       {} ({})\n  size_field        {}\n"
      "  available_bytes   {} (if the field counts all sectors), {} (if it counts additional sectors)\n",
      before["host_offset"].dump(), before["host_offset_hex"].get<std::string>(), before["size_field"].dump(),
      before["available_bytes_as_count"].dump(), before["available_bytes_as_additional"].dump());
}

int decode(const Options& options) {
  const EntryFormat format{.cluster_bits = options.cluster_bits};
  const L2Entry entry{options.l2_entry};
  const Kind entry_kind = kind(entry, format);
  Json json = fields_json(options, entry_kind);
  json["violations"] = Json::array();
  for (const Violation& violation : violations(entry, format, {})) {
    json["violations"].push_back(violation_json(violation));
  }
  if (entry_kind == Kind::compressed) json["before_correction"] = before_correction_json(options);
  if (options.json) {
    print(json);
  } else {
    print_text(json);
  }
  return json["violations"].empty() ? exit_code::conforms : exit_code::violation;
}

}  // namespace

void add_decode(Program& program) {
  auto options = std::make_shared<Options>();
  program.command("decode", "Show the fields of an L2 entry; exit status 1 if it breaks a rule")
      .required_number("--cluster-bits", store_cluster_bits(options->cluster_bits), "9 to 21")
      .flag("--json", options->json, "Print JSON")
      .argument("entry", options->l2_entry, "The L2 entry, such as 0x6000000000000bfe")
      .run([options] { return decode(*options); });
}

}  // namespace qcow2::cli
