// A part of a server's disk, read into a file.
#pragma once

#include <filesystem>

#include "server/client.hpp"

namespace conform {

/// [begin, end), one request after another; what came before an error is in the file. Of a large part, what the server
/// says reads as zeros is not asked for, as copiers do.
Outcome read_part(Client& client, std::uint64_t begin, std::uint64_t end, const std::filesystem::path& output);

}  // namespace conform
