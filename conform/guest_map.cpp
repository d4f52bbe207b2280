#include "guest_map.hpp"

namespace conform {

const GuestExtent* GuestMap::at(std::uint64_t offset) const {
  for (const auto& extent : extents)
    if (offset >= extent.offset && offset < extent.end()) return &extent;
  return nullptr;
}

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
  } catch (const Json::exception& error) {
    return fail("{}: {}", file.string(), error.what());
  }
  return map;
}

}  // namespace conform
