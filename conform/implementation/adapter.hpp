// Level 1: an adapter, a program that stays up and answers one request after the other.
//
// Each request has the limits that a process would have. An adapter that breaks one, dies, or does not keep to the
// protocol is ended with all that came of it; the next request starts another.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "implementation/protocol.hpp"
#include "process/running.hpp"

namespace conform {

/// What came of a request.
struct Exchange {
  ProcessReport process;  // its ending is `answered`, or says how the adapter ended instead
  Json answer;            // of answered
  std::string fault;      // how it broke the protocol, and was ended; empty: it did not

  bool answered() const { return process.ending == Ending::answered && fault.empty(); }
};

/// How an exchange ended that brought no answer.
std::string told(const Exchange& exchange);

class Adapter {
 public:
  Adapter(std::vector<std::string> argv, std::shared_ptr<const Protocol> protocol)
      : argv_(std::move(argv)), protocol_(std::move(protocol)) {}
  Adapter(Adapter&&) noexcept = default;
  ~Adapter();

  /// `request` without op and seq. The adapter is started, and greeted, where none runs. `output` is the file that it
  /// is to write.
  Exchange ask(std::string_view op, Json request, const ProcessLimits& limits, const std::filesystem::path& output);

  /// Its answer to the greeting of the process that runs; it is started where none runs.
  Exchange greet(const ProcessLimits& limits);

  bool runs() const { return running_ != nullptr; }

  /// The next request gets a higher number than it would.
  void skip_numbers(std::uint64_t count) { seq_ += count; }

  /// Whatever it says while nothing was asked, within `time`; empty: nothing.
  std::string listen(std::chrono::milliseconds time);

  /// Says bye, or only closes its input, and waits a moment; how it ended.
  Exchange end(bool say_bye);

 private:
  std::optional<Exchange> start(const ProcessLimits& limits);
  Exchange exchange(std::string_view op, Json request, const ProcessLimits& limits,
                    const std::filesystem::path& output);
  bool send(const std::string& line) const;
  bool receive();
  Exchange settle(std::string_view op, Exchange done, Running::Clock::time_point begin);
  Exchange broken(Exchange done, std::string fault);
  Exchange ended();

  std::vector<std::string> argv_;
  std::shared_ptr<const Protocol> protocol_;
  std::unique_ptr<Running> running_;
  pid_t program_ = 0;  // as it was found when it was asked; 0: it was gone
  FileDescriptor requests_, answers_;
  std::string said_;  // of its standard output, not yet taken
  std::uint64_t seq_ = 0;
  Json greeting_;
};

}  // namespace conform
