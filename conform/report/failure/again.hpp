// The command that runs a case again, to be pasted into a shell.
#pragma once

#include <string>

#include "results/results.hpp"

namespace conform {

/// One line, with the program as it was called and the options that say where things are. Its results go into a folder
/// of their own, so that those at hand stay.
std::string again_command(const Header& header, const ImplementationInfo& info, const std::string& case_id);

}  // namespace conform
