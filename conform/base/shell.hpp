// Commands as people paste them into a shell.
#pragma once

#include <string>
#include <vector>

namespace conform {

/// The words in one line, quoted where a shell would read something else. {placeholders} stay as they are.
std::string shell_line(const std::vector<std::string>& words);

}  // namespace conform
