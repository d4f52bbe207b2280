// Requests to an adapter that are open together.
#include <algorithm>

#include "implementation/adapter.hpp"

namespace conform {
namespace {

constexpr std::size_t unread_max = 1 << 15;  // bytes of requests that are open: a pipe holds them, read or not

/// The requests that were sent and not answered, in the order of their numbers.
class Open {
 public:
  bool has_room_for(std::size_t length) const { return lengths_.empty() || unread_ + length <= unread_max; }
  std::size_t size() const { return numbers_.size(); }
  const std::vector<std::uint64_t>& numbers() const { return numbers_; }

  void add(std::uint64_t number, std::size_t length) {
    numbers_.push_back(number);
    lengths_.push_back(length);
    unread_ += length;
  }
  /// Whether it was the first of them.
  bool remove(std::uint64_t number) {
    const auto at = std::find(numbers_.begin(), numbers_.end(), number) - numbers_.begin();
    unread_ -= lengths_[static_cast<std::size_t>(at)];
    numbers_.erase(numbers_.begin() + at);
    lengths_.erase(lengths_.begin() + at);
    return at == 0;
  }

 private:
  std::vector<std::uint64_t> numbers_;
  std::vector<std::size_t> lengths_;
  std::size_t unread_ = 0;
};

}  // namespace

Together Adapter::ask_together(std::string_view op, std::vector<Json> requests, const ProcessLimits& limits,
                               const TakeAnswer& take) {
  if (auto failed = make_ready(limits)) return {std::move(*failed)};
  if (!greeting_.contains("parallel")) return {broken({}, "its greeting has no \"parallel\"")};
  const std::size_t open_max = greeting_["parallel"];
  if (auto failed = begin(limits)) return {std::move(*failed)};
  Together together;
  Open open;
  const auto first = seq_ + 1;
  for (std::size_t sent = 0; sent < requests.size() || open.size() > 0;) {
    while (sent < requests.size() && open.size() < open_max) {
      requests[sent]["op"] = op;
      requests[sent]["seq"] = first + sent;
      const auto line = requests[sent].dump() + "\n";
      if (!open.has_room_for(line.size())) break;
      is_open_ = send(line) && is_open_;
      open.add(++seq_, line.size());
      ++sent;
    }
    together.in_flight_max = std::max(together.in_flight_max, open.size());
    if (auto failed = await_line(limits, {})) return {std::move(*failed)};
    const auto answer = protocol_->parse_answer(op, open.numbers(), take_line());
    if (!answer) return {broken(settle(), answer.error().message)};
    const std::uint64_t number = answer->at("seq");
    if (!open.remove(number)) ++together.overtaken;
    take(number - first, *answer);
  }
  if (!said_.empty()) return {broken(settle(), fmt::format("it said more than it was asked for: {}", as_said(said_)))};
  together.exchange = settle();
  return together;
}

}  // namespace conform
