#include "server/status_map.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <stdexcept>

#include "base/json_file.hpp"

namespace conform {
namespace {

constexpr std::uint64_t map_request_length_max = std::uint64_t{1} << 31;  // a multiple of every block size
constexpr std::uint64_t disk_length_max = std::uint64_t{1} << 44;         // 8192 requests of a context

/// Asks for a context until it has told of the whole disk, and joins what is alike.
class Telling {
 public:
  Telling(Client& client, Context context) : client_(client), context_(context) {}

  Outcome ask() {
    const auto size = client_.connection().size();
    while (at_ < size && outcome_.done()) ask_for(std::min(map_request_length_max, size - at_));
    return std::move(outcome_);
  }
  std::vector<StatusExtent> extents() { return std::move(extents_); }

 private:
  void ask_for(std::uint64_t length) {
    Reply reply;
    outcome_.fault = client_.perform({Request::Kind::status, at_, length}, reply);
    if (outcome_.fault) return;
    const auto begin = at_;
    outcome_.error = reply.error;
    if (outcome_.error == 0)
      for (const auto& extent : reply.statuses[context_]) add(extent);
    if (outcome_.error == 0 && at_ == begin) outcome_.error = EPROTO;  // it told nothing
    if (outcome_.error != 0)
      outcome_.where = fmt::format("status of {:#x} bytes at {:#x}: {}", length, begin, std::strerror(outcome_.error));
  }

  void add(const StatusExtent& extent) {
    at_ += extent.length;
    if (!extents_.empty() && extents_.back().status == extent.status)
      extents_.back().length += extent.length;
    else
      extents_.push_back(extent);
  }

  Client& client_;
  Context context_;
  std::uint64_t at_ = 0;
  std::vector<StatusExtent> extents_;
  Outcome outcome_;
};

/// Extents one after the other, as far as each of them goes.
class Walk {
 public:
  explicit Walk(const std::vector<StatusExtent>& extents) : at_(extents.begin()), end_(extents.end()) {
    if (!is_done()) left_ = at_->length;
  }

  bool is_done() const { return at_ == end_; }
  std::uint64_t left() const { return is_done() ? UINT64_MAX : left_; }
  std::uint32_t status() const { return at_->status; }
  void go(std::uint64_t length) {
    if (is_done()) return;
    left_ -= length;
    if (left_ == 0 && ++at_ != end_) left_ = at_->length;
  }

 private:
  std::vector<StatusExtent>::const_iterator at_, end_;
  std::uint64_t left_ = 0;
};

Json joined(const std::vector<StatusExtent>& allocation, const std::vector<StatusExtent>& depth) {
  Json map = Json::array();
  std::uint64_t start = 0;
  for (Walk allocated(allocation), deep(depth); !allocated.is_done() || !deep.is_done();) {
    const auto length = std::min(allocated.left(), deep.left());
    const auto state = allocated.is_done() ? 0 : allocated.status();
    Json extent{{"start", start}, {"length", length}};
    extent["zero"] = (state & state_zero) != 0;
    extent["hole"] = (state & state_hole) != 0;
    if (!deep.is_done()) extent["present"] = deep.status() > 0;
    if (!deep.is_done() && deep.status() > 0) extent["depth"] = deep.status() - 1;
    map.push_back(std::move(extent));
    start += length;
    allocated.go(length);
    deep.go(length);
  }
  return map;
}

}  // namespace

Outcome map_by_status(Client& client, const std::filesystem::path& output) {
  const auto& connection = client.connection();
  if (!connection.tells(Context::allocation)) return {.unable = "the server offers no base:allocation"};
  if (connection.size() > disk_length_max)
    return {.unable = fmt::format("its disk has {:#x} bytes, too many for the status of blocks", connection.size())};
  std::vector<StatusExtent> told[2];
  for (const auto context : {Context::allocation, Context::depth}) {
    if (!connection.tells(context)) continue;
    Telling telling(client, context);
    if (auto outcome = telling.ask(); !outcome.done()) return outcome;
    told[context == Context::depth] = telling.extents();
  }
  std::ofstream out(output, std::ios::binary);
  out << joined(told[0], told[1]).dump(0) << std::flush;
  if (!out) throw std::runtime_error("what a server told cannot be written down");
  return {};
}

}  // namespace conform
