#include "implementation/protocol.hpp"

#include <fmt/ranges.h>

#include <algorithm>

namespace conform {
namespace {

/// Nothing is deeper in an answer; what is would cost us the stack.
bool shallow(int depth, Json::parse_event_t /*event*/, Json& /*parsed*/) { return depth < 8; }

/// The number that an answer bears, as far as it bears one.
Result<void> check_number(const Json& answer, std::span<const std::uint64_t> open, std::string_view line) {
  if (!answer.is_object()) return fail("not a JSON object: {}", as_said(line));
  const auto found = answer.find("seq");
  if (found == answer.end()) return fail("no \"seq\": {}", as_said(line));
  if (std::find(open.begin(), open.end(), *found) != open.end()) return {};
  return fail("\"seq\" is {}, but the request was {}", as_said(found->dump()), fmt::join(open, " or "));
}

}  // namespace

std::string as_said(std::string_view text) {
  constexpr std::size_t length_max = 80;
  std::string begin(text.substr(0, length_max));
  for (char& c : begin)
    if (static_cast<unsigned char>(c) < 0x20 || static_cast<unsigned char>(c) >= 0x7f) c = '?';
  return fmt::format("\"{}\"{}", begin, text.size() > length_max ? "..." : "");
}

Result<std::shared_ptr<const Protocol>> Protocol::load(const std::filesystem::path& file) {
  auto protocol = std::make_shared<Protocol>();
  for (const auto op : protocol_ops) {
    auto schema = JsonSchema::load(file, fmt::format("{}.answer", op));
    if (!schema) return tl::unexpected(schema.error());
    protocol->answers_.emplace(op, std::move(*schema));
  }
  return protocol;
}

Result<Json> Protocol::parse_answer(std::string_view op, std::span<const std::uint64_t> open,
                                    std::string_view line) const {
  auto answer = Json::parse(line, shallow, false);
  if (answer.is_discarded()) return fail("no JSON: {}", as_said(line));
  if (auto numbered = check_number(answer, open, line); !numbered) return tl::unexpected(numbered.error());
  if (op == "hello" && answer.contains("protocol") && answer["protocol"] != protocol_version)
    return fail("it speaks protocol {}, not protocol {}", as_said(answer["protocol"].dump()), protocol_version);
  if (auto valid = answers_.at(op).validate(answer); !valid)
    return fail("no answer to {}: {}: {}", op, valid.error().message, as_said(line));
  return answer;
}

}  // namespace conform
