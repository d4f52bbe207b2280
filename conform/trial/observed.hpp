// An observation: how a program ended or what it answered to one operation, and what it was allowed.
#pragma once

#include <chrono>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "bench/image_copy.hpp"
#include "corpus/case.hpp"
#include "implementation/implementation.hpp"
#include "process/ending.hpp"
#include "verdict/given_ranges.hpp"
#include "verdict/status.hpp"

namespace conform {

/// Where an answer's bytes may end, and what it may use.
struct Allowance {
  ProcessLimits process;
  std::uint64_t output_length = 0;  // what the right answer has; beyond it and some slack is a flood
  Limits of_case;
};

/// In which order one that stays up is asked for what is in flight together, and of read-parallel, for what.
struct Plan {
  std::uint64_t seed = 0;
  std::vector<Segment> ranges{};
};

/// How it was asked.
struct Traffic {
  std::uint64_t seed = 0;
  std::size_t requests = 0;
  std::size_t connections = 0;
  std::size_t in_flight_max = 0;  // sent, and not answered
  std::size_t overtaken = 0;      // answered after a request that was sent later
};

Json as_json(const Traffic& traffic);

struct Observation {
  std::optional<Answer> answer;   // nothing: it gave none, and `failure` says what it did instead
  std::optional<Status> failure;  // crash, timeout, resource, harness-error; resource also beside an answer
  std::string detail;             // of the failure
  bool over_time = false;         // the failure is that it took too long
  ProcessReport process;
  std::filesystem::path output;      // where its data is, if any; of write, modify and repair, the image
  std::vector<GivenRange> given{};   // of read-parallel
  std::optional<Traffic> traffic{};  // of what was in flight together
  std::vector<FaultPlace> found{};   // of check by an adapter: the places that it says are at fault
};

/// What one that stays up is asked.
struct Inquiry {
  const Implementation& implementation;
  const Operation& operation;
  const ImageCopy& copy;
  const Allowance& allowance;
  const Plan& plan;
};

/// A link leads out of what the program was given, and a second name of a file that was there before is no output.
bool is_link(const std::filesystem::path& output);

/// Rounded up.
std::chrono::milliseconds milliseconds(double seconds);

/// What a process may use for one operation.
ProcessLimits limits_of(const Allowance& allowance);

void fail_with(Observation& observation, Status status, std::string detail);

/// What its ending says, by the exit statuses of the command.
void read_ending(Observation& observation, const Command& command, const Allowance& allowance);

}  // namespace conform
