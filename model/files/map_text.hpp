// A stretch of the disk as a line of JSON, with the keys of `qemu-img map --output=json`.
#pragma once

#include <string>

#include "read/map.hpp"

namespace qcow2 {

std::string map_text(const MapRow& row);

}  // namespace qcow2
