#include "trial/served.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "server/read_part.hpp"
#include "server/status_map.hpp"
#include "server/take_steps.hpp"

namespace conform {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t connections_together = 4;  // for what is in flight together
constexpr std::size_t reads_in_flight = 8;       // on each of them

/// The server that is up, and what it serves.
struct Serving {
  fs::path image;
  std::shared_ptr<const ServerProgram> program;
  std::unique_ptr<Client> client;
};

/// A server ends when the thread ends that started it (see launch()), so that no other thread could use it anyway.
Serving& serving() {
  thread_local Serving here;
  return here;
}

const Command& command_of(const Inquiry& question) {
  return question.implementation.commands.at(question.operation.op);
}

Result<std::unique_ptr<Client>> start(const Inquiry& question) {
  const auto socket = question.copy.fresh_path();
  Values values = question.implementation.places;
  values["image"] = question.copy.image().string();
  values["socket"] = socket.string();
  const auto limits = limits_of(question.allowance);
  auto server =
      Server::start({.argv = command_of(question).words.fill(values),
                     .directory = question.implementation.runs_beside_image ? question.copy.image().parent_path() : "",
                     .socket = socket},
                    limits);
  if (!server) return tl::unexpected(server.error());
  return std::make_unique<Client>(std::move(*server), limits);
}

/// What its process did that kept it from answering.
void read_fault(const Inquiry& question, const Fault& fault, bool served, Observation& observation) {
  observation.process = fault.process;
  const char* when = served ? "while it served" : "before it served";
  switch (fault.kind) {
    case Fault::Kind::refused: observation.answer = Answer::reject; break;
    case Fault::Kind::ended:
      read_ending(observation, served ? Command{} : command_of(question), question.allowance);
      if (fault.process.ending == Ending::exited && observation.failure)
        observation.detail = fmt::format("it ended with exit status {} {}", fault.process.exit, when);
      break;
    case Fault::Kind::dropped:
      fail_with(observation, Status::crash, fmt::format("it dropped the connection {}: {}", when, fault.what));
      break;
    case Fault::Kind::broken:
      fail_with(observation, Status::crash, fmt::format("it broke the protocol {}: {}", when, fault.what));
      break;
  }
}

void take_traffic(const Inquiry& question, const Client& client, std::size_t requests, Observation& observation) {
  observation.traffic = {question.plan.seed, requests, client.connections(), client.overlap().in_flight_max,
                         client.overlap().overtaken};
}

bool is_refusal(int error) { return error == EIO || error == EINVAL; }

/// All ranges of the plan at once, each refused or given.
Outcome ask_together(const Inquiry& question, Client& client, Observation& observation) {
  if (auto fault = client.connect(connections_together)) return {.fault = std::move(fault)};
  auto& given = observation.given;
  std::vector<Request> requests;
  for (const auto& range : question.plan.ranges) given.push_back({range, false, {}});
  for (auto& [range, refused, bytes] : given) {
    bytes.resize(range.end - range.begin);
    requests.push_back(
        {Request::Kind::read, range.begin, bytes.size(), bytes.data(), requests.size() % connections_together});
  }
  std::vector<Reply> replies;
  Outcome outcome{.fault = client.perform(requests, reads_in_flight, replies)};
  take_traffic(question, client, requests.size(), observation);
  for (std::size_t i = 0; i < replies.size() && outcome.done(); ++i) {
    given[i].refused = is_refusal(replies[i].error);
    if (replies[i].error == 0 || given[i].refused) continue;
    outcome.error = replies[i].error;
    outcome.where =
        fmt::format("{:#x} bytes at {:#x}: {}", requests[i].length, requests[i].offset, std::strerror(outcome.error));
  }
  return outcome;
}

void read_error(const Outcome& outcome, Observation& observation) {
  switch (outcome.error) {
    case EIO:
    case EINVAL: observation.answer = Answer::reject; break;
    case EPERM:
    case ENOTSUP: observation.answer = Answer::unsupported; break;
    case EPROTO:
      fail_with(observation, Status::crash, "it broke the protocol while it served: " + outcome.where);
      return;
    default: fail_with(observation, Status::crash, "an error that is no refusal: " + outcome.where); return;
  }
  observation.process.messages.insert(0, outcome.where + "\n");
}

Outcome ask(const Inquiry& question, Client& client, Observation& observation) {
  const auto& operation = question.operation;
  const auto size = client.connection().size();
  const auto flood = limits_of(question.allowance).file_size;
  switch (operation.op) {
    case Op::read_parallel: return ask_together(question, client, observation);
    case Op::map: return map_by_status(client, observation.output);
    case Op::read_range:
      if (operation.length == 0) return {.unable = "NBD has no request for no bytes"};
      return read_part(client, operation.offset,
                       operation.offset + std::min(operation.length, UINT64_MAX - operation.offset),
                       observation.output);
    default:
      if (size > flood) return {.unable = fmt::format("its disk has {:#x} bytes", size)};
      return read_part(client, 0, size, observation.output);
  }
}

/// What the whole of its requests came to. False: the server is at its end.
bool take_outcome(const Inquiry& question, const Outcome& outcome, Client& client, Observation& observation) {
  if (outcome.fault) {
    read_fault(question, *outcome.fault, true, observation);
    return false;
  }
  observation.process.ending = Ending::answered;
  observation.process.duration = client.duration();
  observation.process.peak_memory = client.peak_memory();
  observation.process.messages = client.take_messages();
  if (!outcome.unable.empty())
    fail_with(observation, Status::unsupported, outcome.unable);
  else if (outcome.error != 0)
    read_error(outcome, observation);
  else
    observation.answer = Answer::accept;
  return true;
}

/// It put everything in order before its end, or an answer that it gave is worth nothing.
void take_end(const Inquiry& question, const ProcessReport& report, Observation& observation) {
  if (report.ending == Ending::exited && report.exit == 0) return;
  if (observation.failure) return;
  observation.process = report;
  observation.answer.reset();
  read_ending(observation, {}, question.allowance);
  observation.detail += "; when it was asked to end";
}

/// The server that is up for this image; where none is, one is started. Nothing: it does not serve, and the observation
/// says why.
Client* client_for(const Inquiry& question, Observation& observation) {
  auto& [image, program, client] = serving();
  if (image != question.copy.image() || program != question.implementation.server) stop_serving();
  if (client) {
    client->begin(limits_of(question.allowance));
    return client.get();
  }
  auto started = start(question);
  if (!started) {
    fail_with(observation, Status::harness_error, started.error().message);
    return nullptr;
  }
  client = std::move(*started);
  image = question.copy.image();
  program = question.implementation.server;
  const auto fault = client->connect(1);
  if (!fault) return client.get();
  read_fault(question, *fault, false, observation);
  client.reset();
  return nullptr;
}

void observe_reading(const Inquiry& question, Observation& observation) {
  Client* client = client_for(question, observation);
  if (client && !take_outcome(question, ask(question, *client, observation), *client, observation))
    serving().client.reset();
}

/// The steps up to each kill, and those after the last.
std::vector<Json> lives(const Json& steps) {
  std::vector<Json> all{Json::array()};
  for (const auto& step : steps)
    if (step.contains("kill"))
      all.push_back(Json::array());
    else
      all.back().push_back(step);
  return all;
}

/// One server from its start on; true where the next may follow.
bool live(const Inquiry& question, const Json& steps, bool is_killed, Observation& observation) {
  Client* client = client_for(question, observation);
  if (!client) return false;
  const auto together =
      std::count_if(steps.begin(), steps.end(), [](const Json& step) { return step.contains("parallel"); });
  Outcome outcome;
  if (together > 0) outcome.fault = client->connect(connections_together);
  if (!outcome.fault) outcome = take_steps(*client, steps, question.plan.seed);
  if (together > 0) take_traffic(question, *client, steps.size(), observation);
  const bool goes_on = take_outcome(question, outcome, *client, observation);
  if (goes_on && is_killed)
    client->kill();
  else if (goes_on)
    take_end(question, client->end(), observation);
  serving().client.reset();
  return goes_on && outcome.done();
}

void observe_modify(const Inquiry& question, Observation& observation) {
  stop_serving();
  const auto all = lives(question.operation.steps);
  for (std::size_t i = 0; i < all.size(); ++i) {
    const bool is_last = i + 1 == all.size();
    if (is_last && i > 0 && all[i].empty()) return;  // the image is looked at as the kill left it
    if (!live(question, all[i], !is_last, observation)) return;
  }
}

}  // namespace

void observe_served(const Inquiry& question, Observation& observation) {
  if (question.operation.op == Op::modify)
    observe_modify(question, observation);
  else
    observe_reading(question, observation);
}

void stop_serving() {
  auto& client = serving().client;
  if (client) client->end();
  client.reset();
}

}  // namespace conform
