// encode: the L2 entry of a stream, with the least size field that covers it.
#include <fmt/format.h>

#include "cli/cli.hpp"
#include "format/descriptor.hpp"

namespace qcow2::cli {

namespace {

struct Options {
  unsigned cluster_bits = 0;
  std::uint64_t host_offset = 0;
  std::uint64_t length = 0;
  bool json = false;
};

Result<std::uint64_t> l2_entry_for(const Options& options) {
  const unsigned cluster_bits = options.cluster_bits;
  if (options.length == 0) return refuse(rule::size_field, {}, "--length 0: a stream has at least 1 byte");
  const HostOffset host_offset{options.host_offset};
  if (host_offset > host_offset_max(cluster_bits)) {
    return refuse(
        host_offset_bits(cluster_bits) > host_offset_bits_max ? rule::offset_above_bit_55 : rule::offset_field,
        {.host_offset = options.host_offset},
        fmt::format("the largest host_offset is {:#x}", host_offset_max(cluster_bits).value));
  }
  const std::uint64_t available_max = available_bytes({host_offset, additional_sectors_max(cluster_bits)});
  if (options.length > available_max) {
    return refuse(rule::size_field, {.host_offset = options.host_offset},
                  fmt::format("{} bytes do not fit: at this offset the size field covers at most {}", options.length,
                              available_max));
  }
  return *encode_descriptor(covering(host_offset, options.length), cluster_bits);
}

int encode(const Options& options) {
  const std::uint64_t entry = value_or_refuse(l2_entry_for(options));
  if (!options.json) {
    fmt::print("{}\n", entry_hex(entry));
    return exit_code::conforms;
  }
  const Descriptor descriptor = decode_descriptor(entry, options.cluster_bits);
  Json json = document("encode");
  json.update({{"l2_entry", entry_hex(entry)},
               {"cluster_bits", options.cluster_bits},
               {"host_offset", descriptor.host_offset.value},
               {"host_offset_hex", hex(descriptor.host_offset.value)},
               {"additional_sectors", descriptor.additional_sectors},
               {"sector_count", sector_count(descriptor)},
               {"available_bytes", available_bytes(descriptor)}});
  print(json);
  return exit_code::conforms;
}

}  // namespace

void add_encode(Program& program) {
  auto options = std::make_shared<Options>();
  program.command("encode", "Make the L2 entry of a stream; exit status 1 if no entry can hold it")
      .required_number("--cluster-bits", store_cluster_bits(options->cluster_bits), "9 to 21")
      .required_number("--host-offset", options->host_offset, "Where the stream begins, in bytes")
      .required_number("--length", options->length, "How long it is, in bytes")
      .flag("--json", options->json, "Print JSON")
      .run([options] { return answer("encode", options->json, [&] { return encode(*options); }); });
}

}  // namespace qcow2::cli
