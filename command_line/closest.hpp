// "did you mean": the known word that somebody may have meant.
#pragma once

#include <string>
#include <vector>

namespace command_line {

/// "; did you mean size-field?", of the known words the nearest one, or empty where none is near.
std::string did_you_mean(const std::string& word, const std::vector<std::string>& known);

}  // namespace command_line
