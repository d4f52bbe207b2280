// What a map says of a disk, held against the disk and what the generators know of it.
//
// How fine a map is, is its own affair: it may join what is alike and call data what reads as zeros.
#pragma once

#include <string>
#include <vector>

#include "corpus/guest_map.hpp"
#include "verdict/map_extents.hpp"

namespace conform {

/// What is not so, the first of each clause: "[map-zero] guest 0x1000, which is skipped, has 41 42". Empty: all is.
Result<std::vector<std::string>> faults_of_map(const std::vector<MapExtent>& said, const OpenFile& guest,
                                               const GuestMap& map);

}  // namespace conform
