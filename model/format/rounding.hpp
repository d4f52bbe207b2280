// Whole numbers rounded up, without overflow where the result itself has none.
#pragma once

#include <cstdint>

namespace qcow2 {

/// How many units of `unit` (at least 1) hold `amount`.
constexpr std::uint64_t divide_up(std::uint64_t amount, std::uint64_t unit) {
  return amount / unit + (amount % unit != 0 ? 1 : 0);
}

/// The least multiple of `unit` that is not below `amount`.
constexpr std::uint64_t round_up(std::uint64_t amount, std::uint64_t unit) { return divide_up(amount, unit) * unit; }

}  // namespace qcow2
