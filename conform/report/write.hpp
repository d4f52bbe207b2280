// The reports as files of a folder.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "report/failure/sources.hpp"

namespace conform::report {

/// html, md, junit, badge, divergences
std::vector<std::string> formats();

/// report.html, report.md, junit.xml; a badge of each implementation (badge-NAME.svg and .json); divergences.md. Each
/// file is there whole or not at all.
Result<std::vector<std::filesystem::path>> write(const Sources& sources, const std::string& format,
                                                 const std::filesystem::path& folder);

}  // namespace conform::report
