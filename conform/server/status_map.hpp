// A map of a server's disk, out of what it tells of its blocks.
#pragma once

#include <filesystem>

#include "server/client.hpp"

namespace conform {

/// The whole disk, by base:allocation and, where it is offered, qemu:allocation-depth, into the new file `output`, in
/// the form of verdict/map_extents.hpp. What is told of bytes past the disk's end stands there too. `unable` where the
/// server tells nothing, or the disk takes more requests than anybody waits for.
Outcome map_by_status(Client& client, const std::filesystem::path& output);

}  // namespace conform
