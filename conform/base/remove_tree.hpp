// Takes away what a program left, however it left it.
#pragma once

#include <filesystem>

namespace conform {

/// The file or folder at `path`, if there is one, with all that is in it: also folders that nobody may enter, and
/// folders deeper than a path can be long.
void remove_tree(const std::filesystem::path& path);

}  // namespace conform
