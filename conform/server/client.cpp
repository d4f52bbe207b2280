#include "server/client.hpp"

#include <sys/epoll.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <deque>
#include <map>

#include "process/peak_memory.hpp"

namespace conform {
namespace {

constexpr std::chrono::milliseconds between_tries{2};       // to connect
constexpr std::chrono::seconds time_to_end{1};              // of a server whose connection is lost
constexpr std::chrono::seconds time_to_refuse{10};          // the same before it served, when its end may be a refusal
constexpr std::chrono::milliseconds time_for_goodbye{200};  // to send it

/// Requests that wait to be sent, those that are in flight, and what came of them.
class Flight {
 public:
  Flight(const std::vector<Request>& requests, std::size_t connections, std::size_t in_flight,
         std::vector<Reply>& replies, Overlap& overlap)
      : requests_(requests), in_flight_max_(in_flight), replies_(replies), overlap_(overlap), lanes_(connections) {
    replies_.assign(requests.size(), {});
    for (std::size_t i = 0; i < requests.size(); ++i) lanes_.at(requests[i].connection).waiting.push_back(i);
  }

  void send(Connection& connection, std::size_t number) {
    auto& lane = lanes_[number];
    while (!lane.waiting.empty() && lane.sent.size() < in_flight_max_) {
      const auto index = lane.waiting.front();
      lane.waiting.pop_front();
      const auto name = connection.send(requests_[index], &replies_[index].statuses);
      if (name == 0) {  // libnbd itself would not send it, so the server is spared
        replies_[index].error = EOPNOTSUPP;
        ++done_;
        continue;
      }
      lane.sent.emplace(name, index);
      ++flying_;
      overlap_.in_flight_max = std::max(overlap_.in_flight_max, flying_);
    }
  }

  void take(Connection& connection, std::size_t number) {
    auto& sent = lanes_[number].sent;
    while (const auto answer = connection.take_answer()) {
      if (answer->error != 0 && connection.is_lost()) continue;  // libnbd's own answer to what nobody answers any more
      const auto found = sent.find(answer->number);
      if (found == sent.end()) continue;
      if (found != sent.begin()) ++overlap_.overtaken;
      replies_[found->second].error = answer->error;
      sent.erase(found);
      --flying_;
      ++done_;
    }
  }

  bool is_done() const { return done_ == requests_.size(); }

 private:
  struct Lane {
    std::deque<std::size_t> waiting;
    std::map<std::uint64_t, std::size_t> sent;  // by libnbd's numbers, which grow
  };
  const std::vector<Request>& requests_;
  std::size_t in_flight_max_;
  std::vector<Reply>& replies_;
  Overlap& overlap_;
  std::vector<Lane> lanes_;
  std::size_t flying_ = 0;
  std::size_t done_ = 0;
};

}  // namespace

Client::Client(std::unique_ptr<Server> server, const ProcessLimits& limits)
    : server_(std::move(server)), events_(::epoll_create1(EPOLL_CLOEXEC)) {
  begin(limits);
}

Client::~Client() = default;

void Client::begin(const ProcessLimits& limits) {
  limits_ = limits;
  begin_ = Clock::now();
  overlap_ = {};
  program_ = server_->process().program();
  if (program_ != 0) forget_peak_memory(program_);
  server_->process().take_messages();
}

std::chrono::microseconds Client::duration() const {
  return std::chrono::duration_cast<std::chrono::microseconds>(Clock::now() - begin_);
}

std::uint64_t Client::peak_memory() const { return program_ == 0 ? 0 : conform::peak_memory(program_); }

std::optional<Fault> Client::connect(std::size_t count) {
  while (connections_.size() < count)
    if (auto fault = add_connection()) return fault;
  return std::nullopt;
}

std::optional<Fault> Client::add_connection() {
  for (;;) {
    auto connection = std::make_unique<Connection>();
    if (server_->has_socket() && connection->connect(server_->socket()) && !connection->is_lost()) {
      connections_.push_back(std::move(connection));
      waits_for_.push_back(0);
      auto fault = greet(*connections_.back());
      if (!fault) serves_ = true;
      return fault;
    }
    if (server_->process().ended_within(between_tries)) return ended();
    if (Clock::now() >= begin_ + limits_.time) {
      server_->process().stop(Ending::timed_out);
      return ended();
    }
  }
}

std::optional<Fault> Client::greet(Connection& connection) {
  if (auto fault = until([&] { return connection.may_send_options() || connection.is_ready(); })) return fault;
  if (connection.is_ready()) return std::nullopt;  // it speaks the old style, which has no options
  connection.go();
  if (auto fault = until([&] { return connection.may_send_options() || connection.is_ready(); })) return fault;
  if (connection.is_ready()) return std::nullopt;
  return Fault{Fault::Kind::refused, "the negotiation ended with an error: " + connection.message()};
}

std::optional<Fault> Client::perform(const std::vector<Request>& requests, std::size_t in_flight,
                                     std::vector<Reply>& replies) {
  Flight flight(requests, connections_.size(), in_flight, replies, overlap_);
  return until([&] {
    for (std::size_t i = 0; i < connections_.size(); ++i) {
      flight.take(*connections_[i], i);
      if (!connections_[i]->is_lost()) flight.send(*connections_[i], i);
    }
    return flight.is_done();
  });
}

std::optional<Fault> Client::perform(const Request& request, Reply& reply) {
  std::vector<Reply> replies;
  auto fault = perform(std::vector{request}, 1, replies);
  if (!fault) reply = std::move(replies[0]);
  return fault;
}

/// Serves all connections until that is so, or cannot come any more.
std::optional<Fault> Client::until(const std::function<bool()>& done) {
  for (;;) {
    if (done()) return std::nullopt;
    if (const Connection* connection = lost_connection()) return lost(*connection);
    watch_descriptors();
    const auto event = server_->process().watch({limits_, begin_, events_.get()});
    serve_events();
    if (event == Running::Event::ended && !done()) return ended();
    if (Clock::now() < begin_ + limits_.time) continue;
    server_->process().stop(Ending::timed_out);
    return ended();
  }
}

void Client::watch_descriptors() {
  for (std::size_t i = 0; i < connections_.size(); ++i) {
    const auto wanted = connections_[i]->waits_for();
    if (waits_for_[i] == wanted) continue;
    epoll_event event{};
    event.events = wanted;
    event.data.u64 = i;
    const int descriptor = connections_[i]->descriptor();
    if (::epoll_ctl(events_.get(), EPOLL_CTL_MOD, descriptor, &event) != 0)
      ::epoll_ctl(events_.get(), EPOLL_CTL_ADD, descriptor, &event);
    waits_for_[i] = wanted;
  }
}

void Client::serve_events() {
  std::array<epoll_event, 64> events{};
  const int count = ::epoll_wait(events_.get(), events.data(), events.size(), 0);
  for (int i = 0; i < count; ++i) {
    const auto& event = events.at(static_cast<std::size_t>(i));
    connections_.at(event.data.u64)->notify(event.events);
  }
}

const Connection* Client::lost_connection() const {
  const auto found = std::find_if(connections_.begin(), connections_.end(),
                                  [](const auto& connection) { return connection->is_lost(); });
  return found == connections_.end() ? nullptr : found->get();
}

/// The process is at its end.
Fault Client::ended() {
  auto report = server_->process().reap();
  report.duration = duration();
  return {Fault::Kind::ended, {}, std::move(report)};
}

/// Perhaps because the server is about to end: qemu-nbd listens before it opens the image, and leaves when it cannot.
Fault Client::lost(const Connection& connection) {
  if (server_->process().ended_within(serves_ ? time_to_end : time_to_refuse)) return ended();
  const std::string why = connection.message();
  const bool broken = why.find("invalid") != std::string::npos || why.find("unexpected") != std::string::npos;
  server_->process().stop(Ending::answered);
  auto fault = ended();
  fault.kind = broken && why.find("disconnect") == std::string::npos ? Fault::Kind::broken : Fault::Kind::dropped;
  fault.what = why;
  return fault;
}

ProcessReport Client::end() {
  for (const auto& connection : connections_) connection->say_goodbye();
  const auto sent = [&] {
    return std::all_of(connections_.begin(), connections_.end(),
                       [](const auto& connection) { return connection->is_lost(); });
  };
  const auto deadline = Clock::now() + time_for_goodbye;
  while (!sent() && Clock::now() < deadline) {
    watch_descriptors();
    if (server_->process().ended_within(std::chrono::milliseconds(1))) break;
    serve_events();
  }
  connections_.clear();
  return server_->shut_down();
}

ProcessReport Client::kill() {
  auto report = server_->kill();
  connections_.clear();
  return report;
}

}  // namespace conform
