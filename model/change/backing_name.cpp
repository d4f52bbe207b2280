#include "change/backing_name.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "format/rounding.hpp"

namespace qcow2::change {

namespace {

using Bytes = std::vector<std::byte>;

constexpr std::size_t backing_name_length_max = 1023;
constexpr std::uint32_t extension_backing_format = 0xe2792aca;

void append(Bytes& area, std::uint32_t type, std::span<const std::byte> data) {
  const std::size_t at = area.size();
  area.resize(at + 8 + round_up(data.size(), 8));
  store_big_endian(std::span(area), at, type);
  store_big_endian(std::span(area), at + 4, static_cast<std::uint32_t>(data.size()));
  std::ranges::copy(data, area.begin() + static_cast<std::ptrdiff_t>(at + 8));
}

/// All extensions but the format's, that one, and the end of them.
Bytes extensions_with(const State& state, const std::string& format) {
  Bytes area;
  for (const HeaderExtension& extension : state.header().extensions) {
    if (extension.type == extension_backing_format) continue;
    Bytes data(extension.length);
    state.store->read_at(extension.data, data);
    append(area, extension.type, data);
  }
  if (!format.empty()) append(area, extension_backing_format, std::as_bytes(std::span(format)));
  append(area, 0, {});
  return area;
}

}  // namespace

Result<void> store_backing_name(State& state, const std::string& name, const std::string& format) {
  if (name.size() > backing_name_length_max) {
    return refuse(rule::backing_file_name_length, {.host_offset = field::backing_file_size.at},
                  fmt::format("the backing file's name has {} bytes; at most 1023 are allowed", name.size()));
  }
  const std::uint64_t begin = state.header().header_length;
  Bytes area = extensions_with(state, name.empty() ? std::string() : format);
  const std::uint64_t offset = begin + area.size();
  const auto letters = std::as_bytes(std::span(name));
  area.insert(area.end(), letters.begin(), letters.end());
  if (begin + area.size() > state.cluster_size()) {
    return refuse(rule::backing_file_in_first_cluster, {.host_offset = field::backing_file_offset.at},
                  "the first cluster has no room for the backing file's name");
  }
  state.store->write_at({begin}, area);
  store_field(state, field::backing_file_offset, name.empty() ? 0 : offset);
  store_field(state, field::backing_file_size, static_cast<std::uint32_t>(name.size()));
  reload_header(state);
  return {};
}

}  // namespace qcow2::change
