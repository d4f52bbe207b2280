#include "implementation/server_program.hpp"

#include <utility>

namespace conform {

Result<CommandTemplate> parse_server_command(std::vector<std::string> words) {
  auto command = CommandTemplate::parse(std::move(words), {"image", "socket", "bin", "implementations"});
  if (!command) return command;
  if (!command->uses("image")) return fail("the command has no {{image}}");
  if (!command->uses("socket")) return fail("the command has no {{socket}}");
  return command;
}

Result<ServerProgram> parse_server(const Json& text) {
  ServerProgram program;
  auto words = parse_server_command(text.at("command"));
  if (!words) return tl::unexpected(words.error());
  program.words = std::move(*words);
  if (text.contains("read_command")) {
    auto read_words = parse_server_command(text["read_command"]);
    if (!read_words) return fail("read_command: {}", read_words.error().message);
    program.read_words = std::move(*read_words);
  }
  program.read_only = text.value("read_only", program.read_only);
  program.reject_exits = text.value("reject_exit", program.reject_exits);
  return program;
}

std::vector<Op> operations_of(const ServerProgram& program) {
  std::vector<Op> offered{Op::read, Op::read_range, Op::read_parallel, Op::map};
  if (!program.read_only) offered.push_back(Op::modify);
  return offered;
}

Command command_of(const ServerProgram& program, Op op) {
  const bool writes = op == Op::modify;
  Command command{writes ? program.words : program.read_words.value_or(program.words), {}, By::server};
  for (int exit : program.reject_exits) command.exits.emplace(exit, Answer::reject);
  return command;
}

}  // namespace conform
