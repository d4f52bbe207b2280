// divergences.md: where implementations that people use part from the text, for their authors and their users.
#pragma once

#include <string>

#include "report/failure/sources.hpp"

namespace conform::report {

/// For each implementation: wrong data, accepts-invalid, rejects-valid, and answers that are none; each with its case,
/// what happened, and how to see it. The model and whatever does not diverge are named in a line.
std::string divergences(const Sources& sources);

}  // namespace conform::report
