// The process of a server over NBD, and the socket at which it listens.
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "process/running.hpp"

namespace conform {

struct ServerRequest {
  std::vector<std::string> argv;
  std::filesystem::path directory;  // where it runs; empty: where we do
  std::filesystem::path socket;     // where it is to listen
};

class Server {
 public:
  static Result<std::unique_ptr<Server>> start(const ServerRequest& request, const ProcessLimits& limits);
  Server(std::unique_ptr<Running> running, std::filesystem::path socket)
      : running_(std::move(running)), socket_(std::move(socket)) {}
  Server(const Server&) = delete;
  ~Server();

  Running& process() { return *running_; }
  const std::filesystem::path& socket() const { return socket_; }
  bool has_socket() const;

  /// SIGTERM, time to put things in order, and its report: `exited`, `signalled` or, where SIGKILL was needed,
  /// `timed_out`. A death of SIGTERM counts as an exit.
  ProcessReport shut_down();

  /// SIGKILL, at once.
  ProcessReport kill();

 private:
  std::unique_ptr<Running> running_;
  std::filesystem::path socket_;
};

/// A path as long as a socket's name can be.
inline constexpr std::size_t socket_path_max = 107;

}  // namespace conform
