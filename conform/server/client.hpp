// The runner as the client of a server: its connections, the requests that it has in flight, and the watch over the
// server meanwhile.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "server/connection.hpp"
#include "server/server.hpp"

namespace conform {

/// What kept a server from answering. The server is at its end then.
struct Fault {
  enum class Kind {
    refused,  // it answered the wish for its export with an error
    ended,    // of itself, or over a limit: `process` says how
    dropped,  // it went on, and a connection did not
    broken,   // it sent what NBD does not have
  } kind;
  std::string what;
  ProcessReport process{};
};

struct Reply {
  int error = 0;  // errno as the server gave it; 0: done
  Statuses statuses{};
};

/// How a job of several requests ended.
struct Outcome {
  std::optional<Fault> fault{};
  int error = 0;         // the first that a request was answered with
  std::string where{};   // that request
  std::string unable{};  // why the job cannot be said in NBD, or not to this server

  bool done() const { return !fault && error == 0 && unable.empty(); }
};

/// How requests overlapped.
struct Overlap {
  std::size_t in_flight_max = 0;  // sent, and not answered
  std::size_t overtaken = 0;      // answered after a request that was sent later
};

class Client {
 public:
  Client(std::unique_ptr<Server> server, const ProcessLimits& limits);
  Client(const Client&) = delete;
  ~Client();

  /// From here on limits are counted anew: the time, and the peak of memory.
  void begin(const ProcessLimits& limits);

  /// Has so many connections, each ready for requests. The first waits until the server listens.
  std::optional<Fault> connect(std::size_t count);
  std::size_t connections() const { return connections_.size(); }
  /// Any of them.
  const Connection& connection() const { return *connections_.front(); }

  /// Sends all requests, in their order, at most `in_flight` on each connection at a time, and waits for all replies.
  std::optional<Fault> perform(const std::vector<Request>& requests, std::size_t in_flight,
                               std::vector<Reply>& replies);
  std::optional<Fault> perform(const Request& request, Reply& reply);

  /// Since begin().
  const Overlap& overlap() const { return overlap_; }
  std::chrono::microseconds duration() const;
  std::uint64_t peak_memory() const;
  std::string take_messages() { return server_->process().take_messages(); }

  /// Says goodbye on all connections, and ends the server.
  ProcessReport end();
  /// The same without a word.
  ProcessReport kill();

 private:
  using Clock = Running::Clock;
  std::optional<Fault> add_connection();
  std::optional<Fault> greet(Connection& connection);
  std::optional<Fault> until(const std::function<bool()>& done);
  void serve_events();
  void watch_descriptors();
  Fault ended();
  Fault lost(const Connection& connection);
  const Connection* lost_connection() const;

  std::unique_ptr<Server> server_;
  ProcessLimits limits_;
  Clock::time_point begin_;
  pid_t program_ = 0;
  bool serves_ = false;  // it has let somebody in
  FileDescriptor events_;
  std::vector<std::unique_ptr<Connection>> connections_;
  std::vector<std::uint32_t> waits_for_;
  Overlap overlap_;
};

}  // namespace conform
