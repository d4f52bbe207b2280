#include "verdict/named_faults.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>

namespace conform {
namespace {

Json texts(const std::set<std::uint64_t>& offsets) {
  Json list = Json::array();
  for (const auto offset : offsets) list.push_back(fmt::format("{:#x}", offset));
  return list;
}

}  // namespace

Json compare_places(const Layout& layout, const std::vector<FaultPlace>& named) {
  if (layout.planted.empty() || named.empty()) return nullptr;
  const auto cluster = [&](std::uint64_t offset) { return offset >> layout.cluster_bits << layout.cluster_bits; };
  std::set<std::uint64_t> host, guest;
  for (const auto& place : named) {
    if (place.host_offset) host.insert(cluster(*place.host_offset));
    if (place.guest_offset) guest.insert(cluster(*place.guest_offset));
  }
  std::set<std::uint64_t> planted, missed;
  for (const auto& fault : layout.planted) {
    const auto at = cluster(fault.host_offset.value_or(0));
    planted.insert(at);
    if (!host.contains(at) && !(fault.guest_offset && guest.contains(*fault.guest_offset))) missed.insert(at);
  }
  return {{"planted", texts(planted)}, {"named", texts(host)}, {"missed", texts(missed)}};
}

}  // namespace conform
