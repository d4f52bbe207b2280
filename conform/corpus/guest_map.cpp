#include "corpus/guest_map.hpp"

#include <algorithm>

namespace conform {

const GuestExtent* GuestMap::at(std::uint64_t offset) const {
  for (const auto& extent : extents)
    if (offset >= extent.offset && offset < extent.end()) return &extent;
  return nullptr;
}

namespace {

std::vector<Segment> parse_parts(const Json& text) {
  std::vector<Segment> parts;
  for (const auto& part : text) {
    const auto offset = part.at("offset").get<std::uint64_t>();
    parts.push_back({offset, offset + part.at("length").get<std::uint64_t>()});
  }
  std::sort(parts.begin(), parts.end(), [](const Segment& a, const Segment& b) { return a.begin < b.begin; });
  return parts;
}

GuestAfter parse_after(const Json& text) {
  return {text.at("length"), parse_parts(text.at("open")), parse_parts(text.value("torn", Json::array()))};
}

}  // namespace

Result<GuestMap> load_guest_map(const std::filesystem::path& file) {
  const auto document = load_json(file);
  if (!document) return tl::unexpected(document.error());
  GuestMap map;
  try {
    map.virtual_size = document->at("virtual_size");
    for (const auto& text : document->at("extents")) {
      GuestExtent extent{text.at("offset"), text.at("length"), text.at("kind"), std::nullopt};
      if (text.contains("host_offset")) extent.host_offset = text["host_offset"].get<std::uint64_t>();
      map.extents.push_back(std::move(extent));
    }
    if (document->contains("after"))
      for (const auto& [index, text] : (*document)["after"].items()) map.after.emplace(index, parse_after(text));
  } catch (const Json::exception& error) {
    return fail("{}: {}", file.string(), error.what());
  }
  return map;
}

}  // namespace conform
