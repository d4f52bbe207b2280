#include "verdict/map_extents.hpp"

#include "base/json_file.hpp"

namespace conform {
namespace {

template <class T>
std::optional<T> told(const Json& extent, const char* key) {
  const auto found = extent.find(key);
  return found == extent.end() ? std::nullopt : std::optional(found->get<T>());
}

/// A number that fits, as it stands there: get() would take a negative one, or a fraction, for another.
Result<std::optional<std::uint64_t>> number(const Json& extent, const char* key) {
  const auto found = extent.find(key);
  if (found == extent.end()) return std::nullopt;
  if (!found->is_number_unsigned()) return fail("\"{}\" is {}", key, found->dump());
  return found->get<std::uint64_t>();
}

Result<MapExtent> parse_extent(const Json& text) {
  const auto start = number(text, "start"), length = number(text, "length");
  const auto depth = number(text, "depth"), offset = number(text, "offset");
  for (const auto* one : {&start, &length, &depth, &offset})
    if (!*one) return tl::unexpected(one->error());
  if (!*start || !*length) return fail("an extent has no start or no length");
  if (**length > UINT64_MAX - **start) return fail("an extent of {} bytes at {}", **length, **start);
  MapExtent extent;
  extent.part = {**start, **start + **length};
  extent.zero = text.at("zero").get<bool>();
  extent.data = told<bool>(text, "data");
  extent.present = told<bool>(text, "present");
  extent.compressed = told<bool>(text, "compressed");
  extent.hole = told<bool>(text, "hole");
  extent.depth = *depth;
  extent.offset = *offset;
  return extent;
}

}  // namespace

Result<std::vector<MapExtent>> load_map_extents(const std::filesystem::path& file) {
  const auto document = load_json(file);
  if (!document) return fail("not JSON");
  if (!document->is_array()) return fail("not an array");
  std::vector<MapExtent> extents;
  try {
    for (const auto& text : *document) {
      auto extent = parse_extent(text);
      if (!extent) return tl::unexpected(extent.error());
      extents.push_back(*extent);
    }
  } catch (const Json::exception& error) {
    return fail("{}", error.what());
  }
  return extents;
}

}  // namespace conform
