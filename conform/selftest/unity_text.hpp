// Several translation units as the text of one, so that the standard headers are read once for all of them.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "base/result.hpp"

namespace conform {

/// A file that includes all of `sources` (paths from `root`), to be compiled in a folder one below `root`. What they
/// include comes first; what anonymous namespaces of two of them define under one name gets a name in each.
Result<std::string> several_units(const std::filesystem::path& root, const std::vector<std::string>& sources);

}  // namespace conform
