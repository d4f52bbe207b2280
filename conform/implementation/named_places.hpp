// The places of an image that a checker names in what it prints: patterns say how they stand there.
//
// A pattern is a piece of text with one placeholder: {host_offset}, {guest_offset}, {host_cluster} (a number of host
// clusters) or {entry} (hexadecimal digits without 0x; bits 9 to 55 are the host offset). Numbers are decimal, or
// hexadecimal after 0x.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "corpus/fault_place.hpp"

namespace conform {

class PlacePattern {
 public:
  /// Fails on a text without a placeholder, with two, or with an unknown one.
  static Result<PlacePattern> parse(std::string_view text);

  /// The places that the text names in this way.
  std::vector<FaultPlace> find_in(std::string_view text, unsigned cluster_bits) const;

 private:
  enum class Unit { host_offset, guest_offset, host_cluster, entry };

  std::optional<FaultPlace> place_of(std::uint64_t number, unsigned cluster_bits) const;

  std::string before_;
  Unit unit_ = Unit::host_offset;
  std::string after_;
};

}  // namespace conform
