// explain: the way from the header to the stream of one guest cluster, each step with the clause that rules it.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "cli/cli.hpp"
#include "files/chain.hpp"

namespace qcow2::cli {

namespace {

struct Options {
  std::string image;
  std::optional<std::uint64_t> guest_offset;
  bool json = false;
};

/// One step of the walk: what was looked at, what it said, and the clauses that say how to read it.
struct Step {
  std::string title;
  std::vector<std::string_view> clauses;
  std::vector<std::pair<std::string, std::string>> facts;
  std::optional<Violation> violation{};
};

Step header_step(const Header& header) {
  return {fmt::format("header, bytes 0 to {}", header.header_length - 1),
          {"header-magic", "header-version", "header-incompatible-features", "compression-type"},
          {{"version", fmt::to_string(header.version)},
           {"cluster_bits", fmt::format("{} (clusters of {} bytes)", header.cluster_bits, header.cluster_size())},
           {"virtual_size", fmt::format("{} ({:#x})", header.virtual_size, header.virtual_size)},
           {"incompatible_features", hex(header.incompatible_features)},
           {"compression_type", std::string(name(header.compression_type))},
           {"l1_table_offset", fmt::format("{:#x}, {} entries", header.l1_table_offset.value, header.l1_size)}}};
}

Step walk_step(const Image& image, GuestOffset guest_offset, const std::optional<L2Entry>& entry) {
  const std::uint64_t l1_index = guest_offset.value >> image.l2_reach_bits();
  const std::uint64_t l2_index = (guest_offset.value >> image.header.cluster_bits) % image.l2_entries();
  Step step{fmt::format("the walk from guest_offset {:#x}", guest_offset.value),
            {"l2-walk", "l1-in-file", "l2-in-file"},
            {{"l1_index", fmt::format("{} (guest_offset >> {})", l1_index, image.l2_reach_bits())},
             {"l2_index", fmt::format("{} (guest_offset >> {}, modulo {})", l2_index, image.header.cluster_bits,
                                      image.l2_entries())}}};
  step.facts.emplace_back("l2_entry", entry ? entry_hex(entry->entry) : "none: there is no L2 table");
  if (entry && image.entry_format().extended) step.facts.emplace_back("bitmap", entry_hex(entry->bitmap));
  if (entry) step.facts.emplace_back("kind", std::string(name(kind(*entry, image.entry_format()))));
  return step;
}

Step descriptor_step(const Image& image, const Descriptor& descriptor) {
  const unsigned x = host_offset_bits(image.header.cluster_bits);
  return {fmt::format("compressed cluster descriptor, x = 62 - ({} - 8) = {}", image.header.cluster_bits, x),
          {"compressed-flag", "offset-field", "size-field", "sectors-beyond-first", "extent"},
          {{fmt::format("bits 0-{}", x - 1),
            fmt::format("host_offset {} ({:#x}), byte {} of its sector", descriptor.host_offset.value,
                        descriptor.host_offset.value, descriptor.host_offset.value % sector_size)},
           {fmt::format("bits {}-61", x), fmt::format("additional_sectors {}", descriptor.additional_sectors)},
           {"sector_count", fmt::format("{} = {} + 1", sector_count(descriptor), descriptor.additional_sectors)},
           {"available_bytes", fmt::format("{} = {} * 512 - {}", available_bytes(descriptor), sector_count(descriptor),
                                           descriptor.host_offset.value % sector_size)},
           {"extent", fmt::format("[{:#x}, {:#x}), the file ends at {:#x}", descriptor.host_offset.value,
                                  extent_end(descriptor).value, image.source->size())}}};
}

Step stream_step(const Image& image, const Descriptor& descriptor, const Where& where) {
  Scratch scratch;
  std::vector<std::byte> cluster(image.header.cluster_size());
  Step step{fmt::format("{} stream at {:#x}", name(image.header.compression_type), descriptor.host_offset.value),
            {"extent-whole", "stops-at-cluster", "incomplete-refused"},
            {}};
  std::string head;
  std::array<std::byte, 16> bytes{};
  const std::size_t got = image.source->read_at(descriptor.host_offset, bytes);
  for (std::size_t i = 0; i < got; ++i) head += fmt::format("{:02x} ", std::to_integer<unsigned>(bytes[i]));
  step.facts.emplace_back("first bytes", head);
  const auto decoded = read_compressed_cluster(image, descriptor, where, cluster, scratch);
  if (!decoded) {
    step.violation = decoded.error();
    return step;
  }
  step.facts.emplace_back("taken up", fmt::format("{} of {} bytes", *decoded, available_bytes(descriptor)));
  step.facts.emplace_back("gives", fmt::format("one cluster, {} bytes", cluster.size()));
  return step;
}

/// The first compressed cluster, or 0 where there is none.
GuestOffset first_compressed(const Image& image) {
  Walk walk(image);
  for (std::uint64_t at = 0; at < image.header.virtual_size;) {
    const auto piece = walk.at({at});
    if (!piece) return {at};
    if (std::holds_alternative<Compressed>(piece->mapping)) return {at};
    at += piece->length;
  }
  return {0};
}

std::vector<Step> explain_steps(const Image& image, std::optional<std::uint64_t> wanted) {
  std::vector<Step> steps{header_step(image.header)};
  if (image.header.virtual_size == 0) return steps;
  const GuestOffset guest_offset = wanted ? GuestOffset{*wanted} : first_compressed(image);
  Walk walk(image);
  const auto entry = walk.entry_at(guest_offset);
  if (!entry) {
    steps.push_back({"the walk", {"l2-walk"}, {}, entry.error()});
    return steps;
  }
  steps.push_back(walk_step(image, guest_offset, *entry));
  const bool compressed = *entry && kind(**entry, image.entry_format()) == Kind::compressed;
  if (compressed) {
    steps.push_back(descriptor_step(image, decode_descriptor((*entry)->entry, image.header.cluster_bits)));
  }
  const auto piece = walk.at(guest_offset);
  if (!piece) {
    steps.back().violation = piece.error();
  } else if (const auto* mapping = std::get_if<Compressed>(&piece->mapping)) {
    steps.push_back(stream_step(image, mapping->descriptor, piece->where));
  } else if (const auto* standard = std::get_if<Standard>(&piece->mapping)) {
    steps.back().facts.emplace_back("data at", hex(standard->host_offset.value));
  }
  return steps;
}

Json step_json(const Step& step) {
  Json json{{"title", step.title}, {"clauses", step.clauses}, {"facts", Json::object()}};
  for (const auto& [key, value] : step.facts) json["facts"][key] = value;
  if (step.violation) json["violation"] = describe(*step.violation);
  return json;
}

void print_step(const Step& step) {
  fmt::print("{}\n", step.title);
  for (const auto& [key, value] : step.facts) fmt::print("  {:<22}{}\n", key, value);
  if (step.violation) fmt::print("  {:<22}{}\n", "REFUSED", printable(describe(*step.violation)));
  fmt::print("  [{}]\n", fmt::join(step.clauses, "] ["));
}

int explain(const Options& options) {
  const auto opened = value_or_refuse(open_single_image(options.image));
  const Image& image = opened->reader->image();
  if (options.guest_offset && *options.guest_offset >= image.header.virtual_size) {
    throw Refusal({rule::range_past_end,
                   {.guest_offset = *options.guest_offset},
                   fmt::format("the disk has {} bytes", image.header.virtual_size)});
  }
  const auto steps = explain_steps(image, options.guest_offset);
  Json json = document("explain");
  json["steps"] = Json::array();
  for (const Step& step : steps) {
    if (options.json) {
      json["steps"].push_back(step_json(step));
    } else {
      print_step(step);
    }
  }
  if (options.json) print(json);
  return steps.back().violation ? exit_code::violation : exit_code::conforms;
}

}  // namespace

void add_explain(Program& program) {
  auto options = std::make_shared<Options>();
  program.command("explain", "Show step by step how a guest cluster is found and decoded, with the clauses")
      .argument("image", options->image, "A qcow2 image")
      .number("--guest-offset", options->guest_offset,
              "Any byte of the cluster (default: the first compressed cluster)")
      .flag("--json", options->json, "Print JSON")
      .run([options] { return answer("explain", options->json, [&] { return explain(*options); }); });
}

}  // namespace qcow2::cli
