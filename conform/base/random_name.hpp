// Names that say nothing.
#pragma once

#include <string>

namespace conform {

/// 16 random hex digits.
std::string random_name();

}  // namespace conform
