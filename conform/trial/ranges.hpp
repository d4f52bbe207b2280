// Which ranges of a disk a server is asked for at once, so that those meet between which programs mix things up.
#pragma once

#include <vector>

#include "corpus/guest_map.hpp"

namespace conform {

/// By the seed alone the same everywhere. In bursts of: pieces of one cluster; neighbours in the file, whose streams
/// may share a sector; neighbours on the disk; extents of different kinds, such as good and broken, own and the backing
/// file's; anything.
std::vector<Segment> ranges_that_meet(const GuestMap& map, std::uint64_t seed, std::size_t count);

}  // namespace conform
