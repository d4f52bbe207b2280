// One command that performs an operation, and what its exit statuses mean.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "corpus/case.hpp"
#include "implementation/named_places.hpp"
#include "process/command_template.hpp"

namespace conform {

/// Who performs an operation. `words` start it, each time or once.
enum class By {
  process,  // level 0: a program a time
  adapter,  // level 1: the implementation's adapter is asked; no exit is listed
  server,   // level 2: the implementation's server is asked over NBD; `exits` are those before it serves
};

struct Command {
  CommandTemplate words;
  std::map<int, Answer> exits;  // any other exit status is a crash
  By by = By::process;
  std::vector<PlacePattern> names{};  // of check: how the places that it names stand in what it prints
};

/// What a command for `op` may name, in braces.
const std::vector<std::string_view>& placeholders(Op op);

/// The words of a command for `op`; it names what the operation cannot do without.
Result<CommandTemplate> parse_command(Op op, std::vector<std::string> words);

}  // namespace conform
