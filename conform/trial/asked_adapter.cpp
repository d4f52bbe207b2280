#include "trial/asked_adapter.hpp"

#include <algorithm>

#include "implementation/adapters.hpp"

namespace conform {
namespace {

/// An adapter does not say by its exit status what it answers.
void read_exchange(const Exchange& exchange, Answer answer, const Allowance& allowance, Observation& observation) {
  observation.process = exchange.process;
  if (!exchange.fault.empty()) {
    fail_with(observation, Status::harness_error, "the adapter broke the protocol: " + exchange.fault);
  } else if (exchange.process.ending == Ending::answered) {
    observation.answer = answer;
  } else {
    read_ending(observation, {}, allowance);
    if (exchange.process.ending == Ending::exited) observation.detail = told(exchange);
  }
}

/// The bytes of a range that the adapter has accepted, or one more; none where it left no file.
std::vector<std::byte> take_bytes(const std::filesystem::path& output, std::uint64_t length) {
  std::vector<std::byte> bytes;
  if (const auto file = OpenFile::open(output); file && !is_link(output)) {
    bytes.resize(std::min(file->size(), length + 1));
    if (!file->read_at(0, bytes)) bytes.clear();
  }
  remove_tree(output);
  return bytes;
}

void ask_together(const Inquiry& inquiry, Observation& observation) {
  const auto& [implementation, operation, copy, allowance, plan] = inquiry;
  auto& given = observation.given;
  std::vector<Json> requests;
  std::vector<std::filesystem::path> outputs;
  for (const auto& range : plan.ranges) {
    given.push_back({range});
    outputs.push_back(copy.fresh_path());
    requests.push_back(
        request_for({Op::read_range, 0, range.begin, range.end - range.begin, {}}, copy.image(), outputs.back()));
  }
  auto answer = Answer::accept;  // of the whole: each range is judged for itself
  const auto take = [&](std::size_t index, const Json& said) {
    const auto word = answer_of(said);
    given[index].refused = word == Answer::reject;
    given[index].bytes = take_bytes(outputs[index], given[index].range.end - given[index].range.begin);
    if (word == Answer::unsupported) answer = word;
  };
  const auto together =
      adapter_of(implementation).ask_together(name(Op::read_range), std::move(requests), limits_of(allowance), take);
  observation.traffic = {plan.seed, given.size(), 1, together.in_flight_max, together.overtaken};
  for (const auto& output : outputs) remove_tree(output);
  read_exchange(together.exchange, answer, allowance, observation);
}

}  // namespace

void observe_adapter(const Inquiry& inquiry, Observation& observation) {
  const auto& [implementation, operation, copy, allowance, plan] = inquiry;
  if (operation.op == Op::read_parallel) return ask_together(inquiry, observation);
  const auto exchange = adapter_of(implementation)
                            .ask(name(operation.op), request_for(operation, copy.image(), observation.output),
                                 limits_of(allowance), observation.output);
  const bool answered = exchange.answered();
  read_exchange(exchange, answered ? answer_of(exchange.answer) : Answer::unsupported, allowance, observation);
  if (!answered) return;
  observation.found = found_by(exchange.answer);
  observation.process.messages.insert(0, exchange.answer.value("message", "") + "\n");
}

}  // namespace conform
