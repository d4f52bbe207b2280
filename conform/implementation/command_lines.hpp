// Implementations that the command line describes, without a file.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "implementation/implementation.hpp"

namespace conform {

/// Command lines, as --read-cmd and its like have them. Exit 0 accepts (clean), `reject_exits` reject; of check, 2 is
/// corrupt and 3 is leaks.
struct CommandLines {
  std::string name;
  std::map<Op, std::string> commands;
  std::vector<int> reject_exits{1};
  std::string server{};                             // --nbd-cmd; empty: there is none
  std::optional<std::set<std::string>> features{};  // of implementations/schema.json; nothing: it claims every feature
};
Result<Implementation> from_command_lines(const CommandLines& lines, const Places& places);

/// --adapter: it has neither name nor operations before its greeting is taken.
Result<Implementation> from_adapter_line(const std::string& line, const Places& places);

}  // namespace conform
