// From the image that an operation left to what is recorded of it.
#pragma once

#include "trial/question.hpp"

namespace conform {

/// Of a write or a modify that says that it is done. An Error is our own failure, here and below.
Result<void> judge_left_image(const Question& question, const Observation& observation, Record& record);

/// Of a repair, whether it says that all is mended or not. It may mend more than the case asks for, and lose nothing.
Result<void> judge_repaired(const Question& question, const Observation& observation, Record& record);

}  // namespace conform
