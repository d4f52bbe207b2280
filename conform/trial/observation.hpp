// What an implementation did when it was asked for one operation on one image.
#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "bench/image_copy.hpp"
#include "corpus/case.hpp"
#include "implementation/implementation.hpp"
#include "process/process.hpp"
#include "verdict/status.hpp"

namespace conform {

/// Where an answer's bytes may end, and what it may use.
struct Allowance {
  ProcessLimits process;
  std::uint64_t output_length = 0;  // what the right answer has; beyond it and some slack is a flood
  Limits of_case;
};

struct Observation {
  std::optional<Answer> answer;   // nothing: it gave none, and `failure` says what it did instead
  std::optional<Status> failure;  // crash, timeout, resource, harness-error; resource also beside an answer
  std::string detail;             // of the failure
  bool over_time = false;         // the failure is that it took too long
  ProcessReport process;
  std::filesystem::path output;  // where its data is, if it gave any; of write, modify and repair, the image
};

/// `copy` holds the image; of write, the raw disk.
Observation observe(const Implementation& implementation, const Operation& operation, const ImageCopy& copy,
                    const Allowance& allowance);

}  // namespace conform
