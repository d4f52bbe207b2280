// report.html: one file that needs nothing beside it and asks no host for anything.
#pragma once

#include <string>

#include "report/failure/sources.hpp"

namespace conform::report {

std::string html(const Sources& sources);

}  // namespace conform::report
