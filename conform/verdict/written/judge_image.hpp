// Judges the image that a write or a modify has left: by the model, which checks it deeply and reads every byte back.
//
// What qemu-img says of it is recorded; it decides nothing. What decides is what the clauses oblige a writer to; its
// habits are recorded as well.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "bench/bench.hpp"
#include "implementation/implementation.hpp"
#include "verdict/comparison.hpp"
#include "verdict/status.hpp"

namespace conform {

struct ImageJudgement {
  std::vector<std::string> faults;  // each in a line; empty: the image is right
  std::string answer = "accept";    // of the evidence: accept, other-bytes, leaks, corrupt, no-image
  std::string untried;              // why the image does not try what its case is about; empty: it does
  std::string remark;               // where qemu-img and the model disagree
  Json properties = Json::object();
  std::optional<FirstDiff> first_diff;
  std::string bytes;  // what stands at first_diff, as Record::bytes
  std::optional<std::uint64_t> disk_length;
};

/// `operation` is a write or a modify of the case, and `image` is what it left. An Error is our own failure.
Result<ImageJudgement> judge_image(const Bench& bench, const Implementation& implementation, const Case& of,
                                   const Operation& operation, const std::filesystem::path& image);

}  // namespace conform
