// junit.xml, for what runs tests and shows them. There are many dialects: ours is conform/report/junit.xsd.
#pragma once

#include <string>

#include "report/failure/sources.hpp"

namespace conform::report {

/// A suite for each implementation, a test case for each operation. A failure is non-conformance at whatever level (a
/// run with --level must has no others), an error a failure of our own; not-run, unsupported and known-fail are
/// skipped.
std::string junit(const Sources& sources);

}  // namespace conform::report
