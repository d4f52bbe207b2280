#include "server/take_steps.hpp"

#include <algorithm>
#include <cstring>
#include <random>
#include <stdexcept>
#include <string_view>

#include "base/open_file.hpp"

namespace conform {
namespace {

constexpr std::size_t in_flight_max = 16;                               // on each connection
constexpr std::uint64_t data_length_max = 32 << 20;                     // what every server takes
constexpr std::uint64_t length_max = (std::uint64_t{1} << 32) - 65536;  // of a request without data

const char* name(Request::Kind kind) {
  switch (kind) {
    case Request::Kind::read: return "reads";
    case Request::Kind::write: return "writes";
    case Request::Kind::write_zeroes: return "writes of zeros";
    case Request::Kind::discard: return "discards";
    case Request::Kind::flush: return "flushes";
    case Request::Kind::status: return "block status";
  }
  return "?";
}

std::optional<Request::Kind> kind_named(std::string_view step) {
  if (step == "write") return Request::Kind::write;
  if (step == "write_zeroes") return Request::Kind::write_zeroes;
  if (step == "discard") return Request::Kind::discard;
  if (step == "flush") return Request::Kind::flush;
  return std::nullopt;
}

std::uint64_t number(const Json& value) { return as_uint64(value).value(); }

/// A step as requests, with the bytes that they write.
struct Prepared {
  std::vector<std::byte> bytes;
  std::vector<Request> requests;
};

/// The first `length` bytes of the file of a content, which the runner wrote itself.
std::vector<std::byte> bytes_of(const std::filesystem::path& file, std::uint64_t length) {
  std::vector<std::byte> bytes(length);
  const auto opened = OpenFile::open(file);
  if (!opened) throw std::runtime_error(opened.error().message);
  if (const auto read = opened->read_at(0, bytes); !read) throw std::runtime_error(read.error().message);
  return bytes;
}

Prepared prepare(Request::Kind kind, const Json& stated) {
  Prepared prepared;
  const auto begin = number(stated.at("offset"));
  const auto end = begin + number(stated.at("length"));
  const bool writes = kind == Request::Kind::write;
  const bool varies = writes && stated.contains("file");
  if (varies)
    prepared.bytes = bytes_of(stated.at("file").get<std::string>(), end - begin);
  else if (writes)
    prepared.bytes.assign(std::min(data_length_max, end - begin), std::byte{stated.at("byte").get<std::uint8_t>()});
  for (auto at = begin; at < end;) {
    const auto length = std::min(writes ? data_length_max : length_max, end - at);
    prepared.requests.push_back({kind, at, length, prepared.bytes.data() + (varies ? at - begin : 0)});
    at += length;
  }
  return prepared;
}

class Steps {
 public:
  Steps(Client& client, std::uint64_t seed) : client_(client), dice_(seed) {}

  Outcome take(const Json& steps) {
    for (const auto& step : steps) {
      const auto stated_step = step.begin();
      const std::string& key = stated_step.key();
      const Json& stated = stated_step.value();
      if (key == "parallel")
        take_together(stated);
      else if (key == "flush")
        flush();
      else if (const auto kind = kind_of(key))
        perform(prepare(*kind, stated).requests, 1);
      if (!outcome_.done()) break;
    }
    return std::move(outcome_);
  }

 private:
  /// Nothing, and `unable` says why, where it cannot be said.
  std::optional<Request::Kind> kind_of(const std::string& key) {
    const auto kind = kind_named(key);
    if (!kind)
      outcome_.unable = fmt::format("NBD has no request for {}", key);
    else if (!client_.connection().can(*kind))
      outcome_.unable = fmt::format("the server offers no {}", name(*kind));
    return outcome_.done() ? kind : std::nullopt;
  }

  void take_together(const Json& steps) {
    std::vector<Prepared> all;
    std::vector<Request> requests;
    for (const auto& step : steps) {
      const auto stated_step = step.begin();
      const std::string& key = stated_step.key();
      const Json& stated = stated_step.value();
      const auto kind = kind_of(key);
      if (!kind) return;
      all.push_back(prepare(*kind, stated));
      requests.insert(requests.end(), all.back().requests.begin(), all.back().requests.end());
    }
    for (std::size_t i = requests.size(); i > 1; --i) std::swap(requests[i - 1], requests[dice_() % i]);
    for (std::size_t i = 0; i < requests.size(); ++i) requests[i].connection = i % client_.connections();
    perform(requests, in_flight_max);
  }

  void flush() {
    if (!kind_of("flush")) return;
    std::vector<Request> requests;
    for (std::size_t i = 0; i < client_.connections(); ++i)
      requests.push_back({.kind = Request::Kind::flush, .connection = i});
    perform(requests, 1);
  }

  void perform(const std::vector<Request>& requests, std::size_t in_flight) {
    std::vector<Reply> replies;
    outcome_.fault = client_.perform(requests, in_flight, replies);
    if (outcome_.fault) return;
    for (std::size_t i = 0; i < replies.size() && outcome_.error == 0; ++i) {
      outcome_.error = replies[i].error;
      if (outcome_.error != 0)
        outcome_.where = fmt::format("{} of {:#x} bytes at {:#x}: {}", name(requests[i].kind), requests[i].length,
                                     requests[i].offset, std::strerror(outcome_.error));
    }
  }

  Client& client_;
  std::mt19937_64 dice_;
  Outcome outcome_;
};

}  // namespace

Outcome take_steps(Client& client, const Json& steps, std::uint64_t seed) { return Steps(client, seed).take(steps); }

}  // namespace conform
