// From what an implementation did to what is recorded of it.
#pragma once

#include "trial/question.hpp"

namespace conform {

/// Fills a record that was blank. An Error is our own failure.
Result<void> fill_record(const Question& question, const Observation& observation, Record& record);

}  // namespace conform
