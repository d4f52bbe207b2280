#include "trial/observed.hpp"

#include <sys/stat.h>

#include <algorithm>
#include <cmath>
#include <csignal>
#include <cstring>

namespace conform {
namespace {

// An output may be longer than the disk by this and still be looked at (a wrong length is wrong-data). A longer one is
// a flood: it is stopped, so the implementation never said that it was done, and the status is resource.
constexpr std::uint64_t output_slack = 64 << 20;

constexpr int shell_of_oversized = 128 + SIGXFSZ;  // what a shell says of a program that this signal ended

bool case_limits_time(const Allowance& allowance) {
  return allowance.of_case.time && milliseconds(*allowance.of_case.time) < allowance.process.time;
}

}  // namespace

Json as_json(const Traffic& traffic) {
  return {{"seed", traffic.seed},
          {"requests", traffic.requests},
          {"connections", traffic.connections},
          {"in_flight_max", traffic.in_flight_max},
          {"overtaken", traffic.overtaken}};
}

bool is_link(const std::filesystem::path& output) {
  struct stat status = {};
  return ::lstat(output.c_str(), &status) == 0 &&
         (S_ISLNK(status.st_mode) || (S_ISREG(status.st_mode) && status.st_nlink > 1));
}

std::chrono::milliseconds milliseconds(double seconds) {
  return std::chrono::milliseconds(static_cast<std::int64_t>(std::ceil(seconds * 1000)));
}

ProcessLimits limits_of(const Allowance& allowance) {
  ProcessLimits limits = allowance.process;
  limits.file_size = allowance.output_length + output_slack;
  limits.memory = std::min(limits.memory, allowance.of_case.memory.value_or(limits.memory));
  if (case_limits_time(allowance)) limits.time = milliseconds(*allowance.of_case.time);
  return limits;
}

void fail_with(Observation& observation, Status status, std::string detail) {
  observation.failure = status;
  observation.detail = std::move(detail);
}

void read_ending(Observation& observation, const Command& command, const Allowance& allowance) {
  const auto& process = observation.process;
  switch (process.ending) {
    case Ending::exited: {
      const auto meaning = command.exits.find(process.exit);
      if (meaning != command.exits.end())
        observation.answer = meaning->second;
      else if (process.exit == shell_of_oversized)
        fail_with(observation, Status::resource, "stopped: it wrote too large a file");
      else
        fail_with(observation, Status::crash, fmt::format("exit status {} is not listed", process.exit));
      break;
    }
    case Ending::signalled:
      fail_with(observation, Status::crash,
                fmt::format("ended by signal {} ({})", process.signal, ::strsignal(process.signal)));
      break;
    case Ending::timed_out:
      fail_with(observation, case_limits_time(allowance) ? Status::resource : Status::timeout,
                fmt::format("killed after {} s", std::chrono::duration<double>(limits_of(allowance).time).count()));
      observation.over_time = true;
      break;
    case Ending::over_memory:
      fail_with(observation, Status::resource,
                fmt::format("killed with more than {} KiB of memory", limits_of(allowance).memory >> 10));
      break;
    case Ending::over_processes:
      fail_with(observation, Status::resource,
                fmt::format("killed with more than {} processes", allowance.process.processes));
      break;
    case Ending::over_output: fail_with(observation, Status::resource, "stopped: it wrote too large a file"); break;
    case Ending::not_started: fail_with(observation, Status::harness_error, process.messages); break;
    case Ending::answered: break;  // read_exchange()
    case Ending::interrupted: fail_with(observation, Status::harness_error, "the run was interrupted"); break;
  }
}

}  // namespace conform
