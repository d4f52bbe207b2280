#include "server/read_part.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <stdexcept>

namespace conform {
namespace {

constexpr std::uint64_t request_length_max = 2 << 20;
constexpr std::uint64_t status_length_max = std::uint64_t{1} << 31;  // a multiple of every block size
constexpr std::uint64_t read_through_max = 256 << 20;                // up to here everything is read

/// A new file; zeros are not written.
class Output {
 public:
  explicit Output(const std::filesystem::path& path)
      : file_(::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600)), failed_(file_.get() < 0) {}

  void write(std::uint64_t offset, const std::byte* bytes, std::size_t length) {
    const bool zeros = std::all_of(bytes, bytes + length, [](std::byte byte) { return byte == std::byte{0}; });
    while (!zeros && length > 0 && !failed_) {
      const ssize_t wrote = ::pwrite(file_.get(), bytes, length, static_cast<off_t>(offset));
      if (wrote < 0 && errno == EINTR) continue;
      failed_ = wrote <= 0;
      if (failed_) break;
      bytes += wrote;
      offset += static_cast<std::uint64_t>(wrote);
      length -= static_cast<std::size_t>(wrote);
    }
  }
  bool finish(std::uint64_t length) { return !failed_ && ::ftruncate(file_.get(), static_cast<off_t>(length)) == 0; }

 private:
  FileDescriptor file_;
  bool failed_;
};

class Reading {
 public:
  Reading(Client& client, std::uint64_t begin, std::uint64_t end, const std::filesystem::path& output)
      : client_(client), begin_(begin), end_(end), output_(output), buffer_(request_length_max) {}

  Outcome read() {
    const bool asks_status = end_ - begin_ > read_through_max && client_.connection().can(Request::Kind::status);
    for (at_ = begin_; at_ < end_ && outcome_.done();) {
      if (asks_status)
        read_by_status();
      else
        read_until(end_);
    }
    if (!output_.finish(at_ - begin_)) throw std::runtime_error("cannot write what the server sent");
    return std::move(outcome_);
  }

 private:
  /// Whether the request was done.
  bool ask(const Request& request, Reply& reply) {
    outcome_.fault = client_.perform(request, reply);
    outcome_.error = outcome_.fault ? 0 : reply.error;
    if (outcome_.error != 0)
      outcome_.where =
          fmt::format("{:#x} bytes at {:#x}: {}", request.length, request.offset, std::strerror(reply.error));
    return outcome_.done();
  }

  void read_until(std::uint64_t end) {
    while (at_ < end) {
      const auto length = std::min(request_length_max, end - at_);
      Reply reply;
      Request request{.kind = Request::Kind::read, .offset = at_, .length = length, .bytes = buffer_.data()};
      request.whole = whole_;
      if (!ask(request, reply)) {
        if (outcome_.error != EOVERFLOW || !whole_) return;
        whole_ = false;  // so much is too much for one piece
        outcome_ = {};
        continue;
      }
      output_.write(at_ - begin_, buffer_.data(), length);
      at_ += length;
    }
  }

  void read_by_status() {
    Reply reply;
    if (!ask({Request::Kind::status, at_, std::min(status_length_max, end_ - at_)}, reply)) return;
    const auto begin = at_;
    const auto& extents = reply.statuses[Context::allocation];
    for (const auto& extent : extents) {
      const auto end = std::min(end_, at_ + extent.length);
      if ((extent.status & state_zero) != 0)
        at_ = end;
      else
        read_until(end);
      if (!outcome_.done() || at_ == end_) return;
    }
    if (at_ == begin) outcome_.error = EPROTO;  // it told nothing
  }

  Client& client_;
  std::uint64_t begin_, end_;
  Output output_;
  std::vector<std::byte> buffer_;
  std::uint64_t at_ = 0;
  bool whole_ = true;
  Outcome outcome_;
};

}  // namespace

Outcome read_part(Client& client, std::uint64_t begin, std::uint64_t end, const std::filesystem::path& output) {
  return Reading(client, begin, end, output).read();
}

}  // namespace conform
