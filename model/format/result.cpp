#include "format/result.hpp"

#include <fmt/format.h>

namespace qcow2 {

std::string describe(const Where& where) {
  std::string places;
  const auto add = [&](std::string text) { places += (places.empty() ? "" : ", ") + std::move(text); };
  if (where.guest_offset) add(fmt::format("guest_offset {:#x}", *where.guest_offset));
  if (where.l1_index) add(fmt::format("l1_index {}", *where.l1_index));
  if (where.l2_index) add(fmt::format("l2_index {}", *where.l2_index));
  if (where.host_offset) add(fmt::format("host_offset {:#x}", *where.host_offset));
  return places;
}

std::string describe(const Violation& violation) {
  const std::string places = describe(violation.where);
  return fmt::format("{}: {}: {}{}", name(violation.rule.stage), violation.rule.slug, violation.detail,
                     places.empty() ? "" : fmt::format(" (at {})", places));
}

}  // namespace qcow2
