// All that report.html shows, as the JSON that stands in it.
#pragma once

#include "report/failure/sources.hpp"
#include "report/page/trace.hpp"

namespace conform::report {

/// {suite, corpus, argv, confinement, statuses, implementations, clauses, cases, results}; results are arrays
/// [case, operation, implementation, status, milliseconds, further facts], the first four being places in their lists.
/// Whatever may need 64 bits is a string.
Data report_data(const Sources& sources);

}  // namespace conform::report
