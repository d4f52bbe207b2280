// One command that performs an operation, and what its exit statuses mean.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "corpus/case.hpp"
#include "process/command_template.hpp"

namespace conform {

struct Command {
  CommandTemplate words;
  std::map<int, Answer> exits;  // any other exit status is a crash
  bool by_adapter = false;  // level 1: the implementation's adapter is asked; `words` start it, and no exit is listed
};

/// What a command for `op` may name, in braces.
const std::vector<std::string_view>& placeholders(Op op);

/// The words of a command for `op`; it names what the operation cannot do without.
Result<CommandTemplate> parse_command(Op op, std::vector<std::string> words);

}  // namespace conform
