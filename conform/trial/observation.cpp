#include "trial/observation.hpp"

#include <sys/stat.h>

#include <algorithm>
#include <cmath>
#include <csignal>
#include <cstring>
#include <fstream>

#include "implementation/adapters.hpp"

namespace conform {
namespace {

// An output may be longer than the disk by this and still be looked at (a wrong length is wrong-data). A longer one is
// a flood: it is stopped, so the implementation never said that it was done, and the status is resource.
constexpr std::uint64_t output_slack = 64 << 20;

std::chrono::milliseconds milliseconds(double seconds) {
  return std::chrono::milliseconds(static_cast<std::int64_t>(std::ceil(seconds * 1000)));
}

bool case_limits_time(const Allowance& allowance) {
  return allowance.of_case.time && milliseconds(*allowance.of_case.time) < allowance.process.time;
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

constexpr int shell_of_oversized = 128 + SIGXFSZ;  // what a shell says of a program that this signal ended

void read_ending(Observation& observation, const Command& command, const Allowance& allowance) {
  const auto& process = observation.process;
  switch (process.ending) {
    case Ending::exited: {
      const auto meaning = command.exits.find(process.exit);
      if (meaning != command.exits.end())
        observation.answer = meaning->second;
      else if (process.exit == shell_of_oversized)
        fail_with(observation, Status::resource, "stopped while it wrote too large a file");
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
    case Ending::over_output:
      fail_with(observation, Status::resource, "stopped while it wrote too large a file");
      break;
    case Ending::not_started: fail_with(observation, Status::harness_error, process.messages); break;
    case Ending::answered: break;  // read_exchange()
    case Ending::interrupted: fail_with(observation, Status::harness_error, "the run was interrupted"); break;
  }
}

/// The same of an adapter, which does not say by its exit status what it answers.
void read_exchange(Observation& observation, const Exchange& exchange, const Allowance& allowance) {
  observation.process = exchange.process;
  if (!exchange.fault.empty()) {
    fail_with(observation, Status::harness_error, "the adapter broke the protocol: " + exchange.fault);
  } else if (exchange.process.ending == Ending::answered) {
    observation.answer = answer_of(exchange.answer);
    observation.process.messages.insert(0, exchange.answer.value("message", "") + "\n");
  } else {
    read_ending(observation, {}, allowance);
    if (exchange.process.ending == Ending::exited) observation.detail = told(exchange);
  }
}

/// However the program then ended: it may have caught the signal, or its shell may have told us an exit status.
bool flooded(const Observation& observation, const Allowance& allowance) {
  std::error_code error;
  const auto written = std::filesystem::file_size(observation.output, error);
  return !error && written >= limits_of(allowance).file_size;
}

/// What was not enforced while it ran, but measured afterwards.
void check_usage(Observation& observation, const Allowance& allowance) {
  const auto& process = observation.process;
  if (flooded(observation, allowance))
    fail_with(observation, Status::resource, "stopped while it flooded its output");
  else if (observation.failure)
    return;
  else if (allowance.of_case.memory && process.peak_memory > *allowance.of_case.memory)
    fail_with(observation, Status::resource,
              fmt::format("used {} KiB of memory, allowed are {}", process.peak_memory >> 10,
                          *allowance.of_case.memory >> 10));
  else if (allowance.of_case.time && process.duration > milliseconds(*allowance.of_case.time)) {
    fail_with(observation, Status::resource, fmt::format("took longer than {} s", *allowance.of_case.time));
    observation.over_time = true;
  }
}

std::filesystem::path place_of_output(Op op, const ImageCopy& copy) {
  switch (op) {
    case Op::write: return copy.fresh_path().string() + ".qcow2";
    case Op::repair:
    case Op::modify: return copy.image();
    default: return copy.fresh_path();
  }
}

void add_parameters(Values& values, const WriteParameters& parameters, const Implementation& implementation) {
  const auto add = [&](const char* placeholder, const std::string& value) {
    values[placeholder] = implementation.word_for(placeholder, value);
  };
  add("cluster_bits", std::to_string(parameters.cluster_bits));
  add("cluster_size", std::to_string(std::uint64_t{1} << parameters.cluster_bits));
  add("refcount_bits", std::to_string(parameters.refcount_bits));
  add("compression", parameters.compression);
}

/// The file of steps that the modifier reads; false where it cannot be written.
bool write_steps(const Json& steps, const std::filesystem::path& file) {
  std::ofstream out(file, std::ios::binary);
  out << steps.dump() << "\n";
  return static_cast<bool>(out.flush());
}

Values values_of(const Implementation& implementation, const Operation& operation, const ImageCopy& copy,
                 const std::filesystem::path& output) {
  Values values = implementation.places;
  values["image"] = operation.op == Op::write ? output.string() : copy.image().string();
  values["out"] = output.string();
  values["offset"] = std::to_string(operation.offset);
  values["length"] = std::to_string(operation.length);
  values["snapshot"] = operation.snapshot;
  values["raw"] = copy.image().string();
  values["steps"] = copy.fresh_path().string() + ".json";
  add_parameters(values, operation.parameters, implementation);
  return values;
}

/// A link leads out of what the program was given, and a second name of a file that was there before is no output.
bool is_link(const std::filesystem::path& output) {
  struct stat status = {};
  return ::lstat(output.c_str(), &status) == 0 &&
         (S_ISLNK(status.st_mode) || (S_ISREG(status.st_mode) && status.st_nlink > 1));
}

void refuse_link(Observation& observation) {
  if (!is_link(observation.output)) return;
  remove_tree(observation.output);
  if (!observation.failure) observation.detail = "its output is a link, which counts as none";
}

bool has_output(Op op) { return op == Op::read || op == Op::read_range || op == Op::read_snapshot || op == Op::map; }

}  // namespace

Observation observe(const Implementation& implementation, const Operation& operation, const ImageCopy& copy,
                    const Allowance& allowance) {
  const Command& command = implementation.commands.at(operation.op);
  Observation observation;
  observation.output = place_of_output(operation.op, copy);
  if (command.by_adapter) {
    const auto exchange = adapter_of(implementation)
                              .ask(name(operation.op), request_for(operation, copy.image(), observation.output),
                                   limits_of(allowance), observation.output);
    refuse_link(observation);
    read_exchange(observation, exchange, allowance);
    check_usage(observation, allowance);
    return observation;
  }
  const Values values = values_of(implementation, operation, copy, observation.output);
  if (operation.op == Op::modify && !write_steps(operation.steps, values.at("steps"))) {
    fail_with(observation, Status::harness_error, "the steps cannot be written down");
    return observation;
  }
  ProcessRequest request{command.words.fill(values), std::nullopt, limits_of(allowance)};
  if (has_output(operation.op) && !command.words.uses("out")) request.standard_output = observation.output;
  if (implementation.runs_beside_image) request.directory = copy.image().parent_path();
  observation.process = run_process(request);
  refuse_link(observation);
  read_ending(observation, command, allowance);
  check_usage(observation, allowance);
  return observation;
}

}  // namespace conform
