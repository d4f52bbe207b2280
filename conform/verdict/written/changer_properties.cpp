#include "verdict/written/changer_properties.hpp"

#include <algorithm>
#include <set>
#include <utility>

namespace conform {
namespace {

constexpr std::uint64_t known_autoclear = 0b11;
constexpr std::uint64_t in_use = 0b01, automatic = 0b10;  // flags of a bitmap

/// Extensions whose data a change may have to change.
const std::set<std::string> known_extensions{"0xe2792aca", "0x6803f857", "0x23852875", "0x537be77", "0x44415441"};

std::uint64_t bits(const Json& info, const char* key) { return as_uint64(info.at(key)).value_or(0); }

Property autoclear(const Json& before, const Json& after) {
  if ((bits(before, "autoclear_features") & ~known_autoclear) == 0) return {Held::untried, {}};
  const auto left = bits(after, "autoclear_features") & ~known_autoclear;
  if (left == 0) return {Held::yes, {}};
  return {Held::no, fmt::format("the unknown autoclear bits {:#x} are still set", left)};
}

/// What is in the header beyond what everybody knows.
std::vector<std::string> unknown_extensions(const Json& info) {
  std::vector<std::string> found;
  for (const auto& extension : info.value("header_extensions", Json::array()))
    if (!known_extensions.contains(extension.at("type").get<std::string>())) found.push_back(extension.dump());
  return found;
}

Property keeps_header(const Json& before, const Json& after) {
  const auto extensions = unknown_extensions(before);
  const auto fields = before.value("additional_fields", "");
  if (extensions.empty() && fields.empty() && bits(before, "compatible_features") == 0) return {Held::untried, {}};
  if (bits(before, "compatible_features") != bits(after, "compatible_features"))
    return {Held::no, fmt::format("compatible_features is {}", after.at("compatible_features").dump())};
  if (!after.value("additional_fields", "").starts_with(fields))
    return {Held::no, "the additional fields of the header are not what they were"};
  const auto left = unknown_extensions(after);
  for (const auto& extension : extensions)
    if (std::find(left.begin(), left.end(), extension) == left.end())
      return {Held::no, fmt::format("the header extension {} is gone", extension)};
  return {Held::yes, {}};
}

using Part = std::pair<std::uint64_t, std::uint64_t>;  // where it begins and ends

/// What the guest changed.
std::vector<Part> changed_parts(const Json& steps) {
  std::vector<Part> parts;
  for (const auto& step : steps) {
    const Json& how = step.front();
    if (!how.is_object() || !how.contains("offset")) continue;
    const auto begin = as_uint64(how.at("offset")).value_or(0);
    parts.emplace_back(begin, begin + as_uint64(how.at("length")).value_or(0));
  }
  return parts;
}

bool covers(const Json& dirty, const Part& part) {
  return std::any_of(dirty.begin(), dirty.end(), [&](const Json& one) {
    const auto start = one.at("start").get<std::uint64_t>();
    return start <= part.first && part.second <= start + one.at("length").get<std::uint64_t>();
  });
}

/// A bitmap that follows writes is marked, is not vouched for any more, or has all that was changed.
Property bitmaps(const Json& before, const Json& after, const Json& steps) {
  Property property{Held::untried, {}};
  const auto had = before.value("bitmaps", Json::array());
  for (std::size_t i = 0; i < had.size(); ++i) {
    const auto flags = had[i].at("flags").get<std::uint64_t>();
    if ((flags & automatic) == 0 || (flags & in_use) != 0) continue;
    property.held = Held::yes;
    if (!after.contains("bitmaps")) continue;
    if (i >= after["bitmaps"].size()) return {Held::no, fmt::format("bitmap {} is gone", i)};
    const Json& has = after["bitmaps"][i];
    if ((has.at("flags").get<std::uint64_t>() & in_use) != 0) continue;
    for (const auto& part : changed_parts(steps))
      if (!covers(has.value("dirty", Json::array()), part))
        return {Held::no, fmt::format("bitmap {} does not have guest {:#x}..{:#x}, and is not in use", i, part.first,
                                      part.second)};
  }
  return property;
}

}  // namespace

std::optional<Property> changer_property(std::string_view clause, const Json& before, const Json& after,
                                         const Json& steps) {
  if (clause == "modify-autoclear") return autoclear(before, after);
  if (clause == "modify-keeps-header") return keeps_header(before, after);
  if (clause == "modify-bitmaps") return bitmaps(before, after, steps);
  return std::nullopt;
}

}  // namespace conform
