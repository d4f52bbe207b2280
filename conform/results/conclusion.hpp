// What a run comes to, in a sentence: why its exit status is what it is.
#pragma once

#include <string>

#include "results/results.hpp"

namespace conform {

/// "does not conform in must cases: 7zip, libqcow"
std::string conclusion(const Results& results);

/// The exit statuses of a run, for its help.
inline constexpr const char* exit_statuses =
    "Exit status, the first that applies. 2: wrong usage, or a filter that matches nothing. 5: an image differs from "
    "the lock. 4: the harness or an adapter failed, or a canary stopped an implementation. 1: a must case does not "
    "conform. 6: the list of known failures is out of date. 3: nothing was executed. 0: conforms.";

}  // namespace conform
