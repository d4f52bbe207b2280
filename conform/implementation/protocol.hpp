// Level 1: the messages between the runner and an adapter, one JSON object a line. implementations/protocol/schema.json
// has a JSON Schema for each.
#pragma once

#include <filesystem>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "base/json_file.hpp"

namespace conform {

inline constexpr int protocol_version = 1;
inline constexpr std::size_t answer_length_max = 1 << 16;  // of a line, its end included

/// The operations that have a message: those that an adapter performs, and hello and bye. read-parallel has none: it is
/// many requests of read-range, open together.
inline constexpr std::string_view protocol_ops[] = {"hello",  "read",   "read-range", "read-snapshot", "map", "check",
                                                    "repair", "modify", "bye"};

/// The beginning of what an adapter said, fit for a message.
std::string as_said(std::string_view text);

class Protocol {
 public:
  /// The file with the schemas.
  static Result<std::shared_ptr<const Protocol>> load(const std::filesystem::path& file);

  /// A line that answers one of the requests `open`, all of `op`; the error says what is wrong with it.
  Result<Json> parse_answer(std::string_view op, std::span<const std::uint64_t> open, std::string_view line) const;

 private:
  std::map<std::string_view, JsonSchema> answers_;
};

}  // namespace conform
