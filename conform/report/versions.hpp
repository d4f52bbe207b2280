// What changed over the versions of a program.
#pragma once

#include "report/failure/sources.hpp"

namespace conform::report {

/// Markdown: for each program of which several versions ran, how well each did, and the operations that they answer
/// differently, those with the same answers in one line. Empty where there is no such program.
std::string version_trends(const Sources& sources);

/// The same as a page.
std::string versions(const Sources& sources);

}  // namespace conform::report
