#include "trial/progress.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>

#include "base/terminal.hpp"

namespace conform {
namespace {
constexpr std::chrono::milliseconds terminal_interval{100};
constexpr std::chrono::milliseconds log_interval{5000};
constexpr std::chrono::seconds settled{3};  // before it, what is done says little about what is left

/// ", about 40 s left"; nothing where it is too early to say.
std::string time_left(std::chrono::duration<double> passed, std::size_t done, std::size_t all) {
  if (passed < settled || done == 0) return "";
  const double seconds = passed.count() * static_cast<double>(all - done) / static_cast<double>(done);
  if (seconds < 90) return fmt::format(", about {:.0f} s left", std::max(seconds, 1.0));
  return fmt::format(", about {:.0f} min left", seconds / 60);
}

std::string counted(std::size_t count, const char* what) {
  return fmt::format("{} {}{}", count, what, count == 1 ? "" : "s");
}
}  // namespace

Progress::Progress(std::FILE* stream) : stream_(stream), terminal_(::isatty(::fileno(stream)) != 0) {}

void Progress::start(std::size_t implementations, std::size_t cases, std::size_t operations) {
  operations_ = operations;
  started_ = shown_ = std::chrono::steady_clock::now();
  fmt::print(stream_, "running {} on {}, {}\n", counted(implementations, "implementation"), counted(cases, "case"),
             counted(operations, "operation"));
}

void Progress::done(const Record& record) {
  ++done_;
  if (is_nonconformance(record.status)) ++failing_;
  const auto now = std::chrono::steady_clock::now();
  if (now - shown_ < (terminal_ ? terminal_interval : log_interval)) return;
  shown_ = now;
  show(record);
}

void Progress::show(const Record& record) {
  const auto line =
      fmt::format("{}/{}, {} failing{}: {} on {}", done_, operations_, failing_,
                  time_left(shown_ - started_, done_, operations_), record.implementation, record.case_id);
  if (terminal_)
    fmt::print(stream_, "\r\033[K{}", cut(line, terminal_width(::fileno(stream_)) - 1));
  else
    fmt::print(stream_, "{}\n", line);
  std::fflush(stream_);
}

void Progress::finish() {
  if (terminal_) fmt::print(stream_, "\r\033[K");
  fmt::print(stream_, "{} of {} operations done\n", done_, operations_);
  std::fflush(stream_);
}

}  // namespace conform
