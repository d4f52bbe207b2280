#include "corpus/layout.hpp"

#include <algorithm>
#include <charconv>

namespace conform {
namespace {

std::optional<std::uint64_t> number_at(const Json& text, const char* key) {
  return text.contains(key) && !text[key].is_null() ? std::optional(text[key].get<std::uint64_t>()) : std::nullopt;
}

LayoutEntry parse_layout_entry(const Json& text) {
  LayoutEntry entry{
      .guest_offset = text.at("guest_offset"),
      .kind = text.at("kind"),
      .l1_entry_at = text.at("l1_entry_at"),
      .l2_entry_at = text.at("l2_entry_at"),
      .l2_entry_length = text.at("l2_entry_length"),
      .host_offset = number_at(text, "host_offset"),
      .descriptor = std::nullopt,
      .stream = std::nullopt,
  };
  if (const auto sectors = number_at(text, "additional_sectors"))
    entry.descriptor = DescriptorFields{*sectors, text.at("available_bytes")};
  if (text.contains("stream"))
    entry.stream =
        StreamPlace{text["stream"].at("start"), text["stream"].at("length"), number_at(text["stream"], "needed")};
  return entry;
}

Layout parse(const Json& text) {
  Layout layout{
      .cluster_bits = text.at("cluster_bits"),
      .host_offset_bits = text.at("host_offset_bits"),
      .compression = text.at("compression"),
      .file_length = text.at("file_length"),
      .header = {},
      .places = {},
      .entries = {},
      .planted = {},
  };
  for (const auto& field : text.at("header"))
    layout.header.push_back({field.at("name"), field.at("offset"), field.at("length")});
  for (const auto& place : text.at("places"))
    layout.places.push_back({place.at("name"), place.at("start"), place.at("end")});
  for (const auto& entry : text.at("entries")) layout.entries.push_back(parse_layout_entry(entry));
  for (const auto& fault : text.at("planted"))
    layout.planted.push_back({number_at(fault, "host_offset"), number_at(fault, "guest_offset")});
  return layout;
}

}  // namespace

const LayoutEntry* Layout::entry_of(std::uint64_t guest_offset) const {
  const std::uint64_t cluster = guest_offset >> cluster_bits << cluster_bits;
  const auto found = std::find_if(entries.begin(), entries.end(),
                                  [&](const LayoutEntry& entry) { return entry.guest_offset == cluster; });
  return found == entries.end() ? nullptr : &*found;
}

Result<Layout> load_layout(const std::filesystem::path& file) {
  const auto document = load_json(file);
  if (!document) return tl::unexpected(document.error());
  try {
    return parse(*document);
  } catch (const Json::exception& error) {
    return fail("{}: {}", file.string(), error.what());
  }
}

const LayoutEntry* entry_of_concern(const Layout& layout, const std::string& delta) {
  constexpr std::string_view guest = "guest.";
  std::uint64_t cluster = 0;
  if (const auto found = delta.find(guest); found != std::string::npos)
    if (std::from_chars(delta.data() + found + guest.size(), delta.data() + delta.size(), cluster).ec == std::errc{})
      if (const auto* entry = layout.entry_of(cluster << layout.cluster_bits)) return entry;
  const auto found = std::find_if(layout.entries.begin(), layout.entries.end(),
                                  [](const LayoutEntry& entry) { return entry.descriptor.has_value(); });
  return found == layout.entries.end() ? nullptr : &*found;
}

}  // namespace conform
