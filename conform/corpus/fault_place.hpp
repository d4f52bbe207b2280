// Where something is wrong with an image: as a case has planted it, and as a checker names it.
#pragma once

#include <cstdint>
#include <optional>

namespace conform {

/// Byte offsets; at least one is there.
struct FaultPlace {
  std::optional<std::uint64_t> host_offset;
  std::optional<std::uint64_t> guest_offset;
};

}  // namespace conform
