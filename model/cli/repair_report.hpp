// What a repair has changed and what it left, in lines and as JSON.
#pragma once

#include "check/check.hpp"
#include "cli/cli.hpp"
#include "repair/summary.hpp"

namespace qcow2::cli {

/// `after`: the check of the image as it is now. `tried`: nothing was written.
void print_repair(const RepairSummary& repair, const CheckSummary& after, bool tried);

Json repair_json(const RepairSummary& repair, const CheckSummary& after, bool tried);

}  // namespace qcow2::cli
