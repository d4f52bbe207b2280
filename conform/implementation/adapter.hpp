// Level 1: an adapter, a program that stays up and answers one request after the other, or, where its greeting says so,
// several that are open at a time.
//
// Each request, or all that are open together, has the limits that a process would have. An adapter that breaks one,
// dies, or does not keep to the protocol is ended with all that came of it; the next request starts another.
#pragma once

#include <functional>
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

/// What came of requests that were open together.
struct Together {
  Exchange exchange{};            // of all of them: answered, or how they came to no end; it has no answer
  std::size_t in_flight_max = 0;  // sent, and not answered
  std::size_t overtaken = 0;      // answered after a request that was sent later
};

class Adapter {
 public:
  Adapter(std::vector<std::string> argv, std::shared_ptr<const Protocol> protocol)
      : argv_(std::move(argv)), protocol_(std::move(protocol)) {}
  Adapter(Adapter&&) noexcept = default;
  ~Adapter();

  /// `request` without op and seq. The adapter is started, and greeted, where none runs. `output` is the file that it
  /// is to write.
  Exchange ask(std::string_view op, Json request, const ProcessLimits& limits, const std::filesystem::path& output);

  /// Requests without op and seq, sent in their order, as many at a time as the adapter takes. `take` gets each answer,
  /// with the request's index, as it comes.
  using TakeAnswer = std::function<void(std::size_t index, const Json& answer)>;
  Together ask_together(std::string_view op, std::vector<Json> requests, const ProcessLimits& limits,
                        const TakeAnswer& take);

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
  using Clock = Running::Clock;
  std::optional<Exchange> make_ready(const ProcessLimits& limits);
  std::optional<Exchange> start(const ProcessLimits& limits);
  std::optional<Exchange> begin(const ProcessLimits& limits);
  std::optional<Exchange> await_line(const ProcessLimits& limits, const std::filesystem::path& output);
  std::string take_line();
  Exchange exchange(std::string_view op, Json request, const ProcessLimits& limits,
                    const std::filesystem::path& output);
  bool send(const std::string& line) const;
  bool receive();
  Exchange settle();
  Exchange broken(Exchange done, std::string fault);
  Exchange ended();

  std::vector<std::string> argv_;
  std::shared_ptr<const Protocol> protocol_;
  std::unique_ptr<Running> running_;
  pid_t program_ = 0;  // as it was found when it was asked; 0: it was gone
  FileDescriptor requests_, answers_;
  std::string said_;            // of its standard output, not yet taken
  bool is_open_ = false;        // more can come of it
  bool was_up_ = false;         // when it was last asked
  Clock::time_point asked_at_;  // then
  std::uint64_t seq_ = 0;
  Json greeting_;
};

}  // namespace conform
