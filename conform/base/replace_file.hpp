// Writes a small file whole or not at all.
#pragma once

#include <filesystem>
#include <string_view>

#include "base/result.hpp"

namespace conform {

/// Under another name first; where anything fails, a file of that name stays as it was.
Result<void> replace_file(const std::filesystem::path& file, std::string_view text);

}  // namespace conform
