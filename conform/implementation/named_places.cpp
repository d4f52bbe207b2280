#include "implementation/named_places.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

namespace conform {
namespace {

constexpr std::uint64_t entry_offset_mask = ((std::uint64_t{1} << 56) - 1) & ~std::uint64_t{511};

/// The number at the beginning of `text`, which loses it; nothing where there is none that fits.
std::optional<std::uint64_t> take_number(std::string_view& text, bool bare_hexadecimal) {
  const bool marked = text.starts_with("0x");
  std::string_view digits = text.substr(marked ? 2 : 0);
  std::uint64_t number = 0;
  const auto [end, error] =
      std::from_chars(digits.data(), digits.data() + digits.size(), number, marked || bare_hexadecimal ? 16 : 10);
  if (error != std::errc{}) return std::nullopt;
  text = digits.substr(static_cast<std::size_t>(end - digits.data()));
  return number;
}

}  // namespace

Result<PlacePattern> PlacePattern::parse(std::string_view text) {
  static constexpr std::array<std::pair<std::string_view, Unit>, 4> units{{{"host_offset", Unit::host_offset},
                                                                           {"guest_offset", Unit::guest_offset},
                                                                           {"host_cluster", Unit::host_cluster},
                                                                           {"entry", Unit::entry}}};
  const auto open = text.find('{');
  const auto close = text.find('}');
  if (open == text.npos || close == text.npos || close < open || text.find('{', open + 1) != text.npos)
    return fail("\"{}\" is to have one placeholder", text);
  PlacePattern pattern;
  const auto name = text.substr(open + 1, close - open - 1);
  const auto* const unit = std::find_if(units.begin(), units.end(), [&](const auto& one) { return one.first == name; });
  if (unit == units.end()) return fail("{{{}}} is no place", name);
  pattern.before_ = text.substr(0, open);
  pattern.unit_ = unit->second;
  pattern.after_ = text.substr(close + 1);
  return pattern;
}

std::vector<FaultPlace> PlacePattern::find_in(std::string_view text, unsigned cluster_bits) const {
  std::vector<FaultPlace> named;
  for (auto at = text.find(before_); at != text.npos; at = text.find(before_, at + 1)) {
    std::string_view rest = text.substr(at + before_.size());
    const auto number = take_number(rest, unit_ == Unit::entry);
    if (!number || !rest.starts_with(after_)) continue;
    if (const auto place = place_of(*number, cluster_bits)) named.push_back(*place);
  }
  return named;
}

std::optional<FaultPlace> PlacePattern::place_of(std::uint64_t number, unsigned cluster_bits) const {
  switch (unit_) {
    case Unit::host_offset: return FaultPlace{number, std::nullopt};
    case Unit::guest_offset: return FaultPlace{std::nullopt, number};
    case Unit::entry: return FaultPlace{number & entry_offset_mask, std::nullopt};
    case Unit::host_cluster: break;
  }
  if (number > UINT64_MAX >> cluster_bits) return std::nullopt;
  return FaultPlace{number << cluster_bits, std::nullopt};
}

}  // namespace conform
