#include "implementation/adapter.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>

#include "process/launch.hpp"
#include "process/peak_memory.hpp"
#include "process/signals.hpp"

namespace conform {
namespace {

constexpr std::chrono::milliseconds patience{1000};  // between bye and SIGTERM

// The hard limit, below which each request has its own: an image that is changed in place may be as long as any disk.
constexpr std::uint64_t file_size_max = std::uint64_t{1} << 62;

/// Its own limit, which its children inherit when it starts them; Running watches the output besides.
void limit_file_size(pid_t pid, std::uint64_t size) {
  rlimit now{};
  if (pid == 0) return;  // it is gone, and to the kernel 0 would be us
  if (::prlimit(pid, RLIMIT_FSIZE, nullptr, &now) != 0) return;
  now.rlim_cur = std::min<rlim_t>(size, now.rlim_max);
  ::prlimit(pid, RLIMIT_FSIZE, &now, nullptr);
}

Exchange not_started(const std::string& why) {
  Exchange failed;
  failed.process.messages = why;
  return failed;
}

}  // namespace

std::string told(const Exchange& exchange) {
  const auto& process = exchange.process;
  if (!exchange.fault.empty()) return exchange.fault;
  switch (process.ending) {
    case Ending::answered: return "it answered";
    case Ending::exited: return fmt::format("it ended with exit status {} before it answered", process.exit);
    case Ending::signalled:
      return fmt::format("it was ended by signal {} ({}) before it answered", process.signal,
                         ::strsignal(process.signal));
    case Ending::timed_out: return "it did not answer in time";
    case Ending::over_memory: return "it used too much memory";
    case Ending::over_processes: return "it had too many processes";
    case Ending::over_output: return "it wrote too large a file";
    case Ending::not_started: return process.messages;
    case Ending::interrupted: return "the run was interrupted";
  }
  return {};
}

Adapter::~Adapter() {
  if (running_) end(true);
}

std::optional<Exchange> Adapter::start(const ProcessLimits& limits) {
  // A write to an adapter that has died must be an error, not our end; set back in what we start.
  static const auto ignored = std::signal(SIGPIPE, SIG_IGN);
  static_cast<void>(ignored);
  auto requests = Pipe::make(0);
  auto answers = Pipe::make(0);
  auto messages = Pipe::make(0);
  if (!requests || !answers || !messages) return not_started(std::strerror(errno));
  for (const int ours : {requests->write.get(), answers->read.get(), messages->read.get()})
    ::fcntl(ours, F_SETFL, O_NONBLOCK);
  auto launched = launch({
      .argv = argv_,
      .directory = {},
      .input = requests->read.get(),
      .output = answers->write.get(),
      .messages = messages->write.get(),
      .file_size = file_size_max,
      .hidden = limits.hidden,
      .temporary = limits.temporary,
  });
  if (!launched) return not_started(launched.error().message);
  running_ = std::make_unique<Running>(std::move(*launched), std::move(messages->read));
  requests_ = std::move(requests->write);
  answers_ = std::move(answers->read);
  said_.clear();
  auto unhurried = limits;  // how long a start takes is no operation's time
  unhurried.time = std::max(limits.time, ProcessLimits{}.time);
  auto greeted = exchange("hello", {{"protocol", protocol_version}}, unhurried, {});
  if (!greeted.answered()) return greeted;
  greeting_ = greeted.answer;
  return std::nullopt;
}

Exchange Adapter::greet(const ProcessLimits& limits) {
  if (!running_)
    if (auto failed = start(limits)) return *failed;
  Exchange greeted;
  greeted.process.ending = Ending::answered;
  greeted.answer = greeting_;
  return greeted;
}

/// It runs, and has been greeted; or why it does not.
std::optional<Exchange> Adapter::make_ready(const ProcessLimits& limits) {
  if (stopping_signal() != 0) {
    Exchange interrupted;
    interrupted.process.ending = Ending::interrupted;
    return interrupted;
  }
  return running_ ? std::nullopt : start(limits);
}

Exchange Adapter::ask(std::string_view op, Json request, const ProcessLimits& limits,
                      const std::filesystem::path& output) {
  if (auto failed = make_ready(limits)) return *failed;
  return exchange(op, std::move(request), limits, output);
}

/// From here on limits are counted anew.
std::optional<Exchange> Adapter::begin(const ProcessLimits& limits) {
  receive();
  asked_at_ = Clock::now();
  was_up_ = !running_->ended_within(std::chrono::seconds(0));
  if (!said_.empty()) return broken({}, fmt::format("it spoke before it was asked: {}", as_said(said_)));
  program_ = running_->program();
  limit_file_size(program_, limits.file_size);
  forget_peak_memory(program_);
  running_->take_messages();
  is_open_ = true;
  return std::nullopt;
}

/// A whole line is there; or what came instead.
std::optional<Exchange> Adapter::await_line(const ProcessLimits& limits, const std::filesystem::path& output) {
  while (said_.find('\n') == std::string::npos) {
    if (said_.size() >= answer_length_max)
      return broken({}, fmt::format("a line of more than {} bytes: {}", answer_length_max, as_said(said_)));
    const auto event = running_->watch({limits, asked_at_, is_open_ ? answers_.get() : -1, output});
    is_open_ = receive();
    if (event == Running::Event::ended && said_.find('\n') == std::string::npos) {
      Exchange done = ended();
      if (!was_up_) done.process.messages.insert(0, "it had ended after it answered the request before\n");
      done.process.duration = std::chrono::duration_cast<std::chrono::microseconds>(Clock::now() - asked_at_);
      return done;
    }
  }
  return std::nullopt;
}

std::string Adapter::take_line() {
  const auto end = said_.find('\n');
  auto line = said_.substr(0, end);
  said_.erase(0, end + 1);
  return line;
}

Exchange Adapter::exchange(std::string_view op, Json request, const ProcessLimits& limits,
                           const std::filesystem::path& output) {
  if (auto failed = begin(limits)) return *failed;
  request["op"] = op;
  request["seq"] = ++seq_;
  is_open_ = send(request.dump() + "\n");  // where that fails it has ended, or soon will be: the watch tells
  if (auto failed = await_line(limits, output)) return *failed;
  Exchange done = settle();
  auto answer = protocol_->parse_answer(op, {&seq_, 1}, take_line());
  if (!answer) return broken(std::move(done), answer.error().message);
  if (!said_.empty()) return broken(std::move(done), fmt::format("it said more than one line: {}", as_said(said_)));
  done.answer = std::move(*answer);
  return done;
}

/// The end of a request that was answered.
Exchange Adapter::settle() {
  Exchange done;
  done.process.ending = Ending::answered;
  done.process.duration = std::chrono::duration_cast<std::chrono::microseconds>(Clock::now() - asked_at_);
  done.process.peak_memory = peak_memory(program_);
  done.process.messages = running_->take_messages();
  return done;
}

bool Adapter::send(const std::string& line) const {
  return ::write(requests_.get(), line.data(), line.size()) == static_cast<ssize_t>(line.size());
}

/// Takes what is there, not much more than a line may have; false when nothing more can come.
bool Adapter::receive() {
  std::array<char, 4096> buffer;
  while (said_.size() < answer_length_max) {
    const ssize_t got = ::read(answers_.get(), buffer.data(), buffer.size());
    if (got == 0) return false;
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return errno == EAGAIN;
    said_.append(buffer.data(), static_cast<std::size_t>(got));
  }
  return true;
}

std::string Adapter::listen(std::chrono::milliseconds time) {
  pollfd waiting{answers_.get(), POLLIN, 0};
  ::poll(&waiting, 1, static_cast<int>(time.count()));
  receive();
  return said_.empty() ? std::string() : as_said(said_);
}

Exchange Adapter::broken(Exchange done, std::string fault) {
  running_->stop(Ending::answered);
  running_->reap();
  running_.reset();
  done.process.ending = Ending::answered;
  done.fault = std::move(fault);
  return done;
}

Exchange Adapter::ended() {
  Exchange done;
  done.process = running_->reap();
  running_.reset();
  return done;
}

Exchange Adapter::end(bool say_bye) {
  Exchange done;
  if (say_bye) send(Json{{"op", "bye"}, {"seq", ++seq_}}.dump() + "\n");
  requests_.close();
  if (!running_->ended_within(patience)) running_->stop(Ending::timed_out);
  receive();
  done = ended();
  const auto line = said_.substr(0, said_.find('\n'));
  if (!say_bye || done.process.ending != Ending::exited) return done;
  if (auto answer = protocol_->parse_answer("bye", {&seq_, 1}, line))
    done.answer = *answer;
  else
    done.fault = answer.error().message;
  return done;
}

}  // namespace conform
