// Level 2: a server over NBD, as the command line or an implementation file describes it.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/json_file.hpp"
#include "implementation/command.hpp"

namespace conform {

struct ServerProgram {
  CommandTemplate words;                      // {socket}: where it is to listen; {image}: what it is to serve
  std::optional<CommandTemplate> read_words;  // what starts it where nothing will be written; nothing: `words` do
  bool read_only = false;                     // it is asked for no steps
  std::vector<int> reject_exits{1};           // before it serves: it has refused the image
};

/// The words of a command that starts a server.
Result<CommandTemplate> parse_server_command(std::vector<std::string> words);

/// The object `nbd` of an implementation file.
Result<ServerProgram> parse_server(const Json& text);

/// What the runner asks a server for.
std::vector<Op> operations_of(const ServerProgram& program);

/// What starts it for such an operation.
Command command_of(const ServerProgram& program, Op op);

}  // namespace conform
