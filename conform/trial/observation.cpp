#include "trial/observation.hpp"

#include <fstream>

#include "process/process.hpp"
#include "trial/asked_adapter.hpp"
#include "trial/served.hpp"

namespace conform {
namespace {

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
    fail_with(observation, Status::resource, "stopped: it flooded its output");
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

void refuse_link(Observation& observation) {
  if (!is_link(observation.output)) return;
  remove_tree(observation.output);
  if (!observation.failure) observation.detail = "its output is a link, which counts as no output";
}

bool has_output(Op op) { return op == Op::read || op == Op::read_range || op == Op::read_snapshot || op == Op::map; }

}  // namespace

Observation observe(const Implementation& implementation, const Operation& operation, const ImageCopy& copy,
                    const Allowance& allowance, const Plan& plan) {
  const Command& command = implementation.commands.at(operation.op);
  Observation observation;
  observation.output = place_of_output(operation.op, copy);
  if (command.by == By::server) {
    observe_served({implementation, operation, copy, allowance, plan}, observation);
    check_usage(observation, allowance);
    return observation;
  }
  if (command.by == By::adapter) {
    observe_adapter({implementation, operation, copy, allowance, plan}, observation);
    refuse_link(observation);
    check_usage(observation, allowance);
    return observation;
  }
  const Values values = values_of(implementation, operation, copy, observation.output);
  if (operation.op == Op::modify && !write_steps(operation.steps, values.at("steps"))) {
    fail_with(observation, Status::harness_error, "cannot write the file of steps");
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
