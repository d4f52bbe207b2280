#include "command_line/description.hpp"

namespace command_line {
namespace {

/// fish's own quoting: a backslash escapes a quote inside quotes.
std::string fish_quoted(const std::string& text) {
  std::string quoted = "'";
  for (const char c : text) quoted += c == '\'' || c == '\\' ? std::string("\\") + c : std::string(1, c);
  return quoted + "'";
}

std::string names_of(const CommandText& command) {
  std::vector<std::string> names;
  for (const auto& one : command.commands) names.push_back(one.name);
  return joined(names, " ");
}

/// A condition that holds where `command`, below those of `seen`, is the last command of the call.
std::string condition(const std::string& seen, const CommandText& command) {
  if (command.commands.empty()) return seen;
  const auto none_below = "not __fish_seen_subcommand_from " + names_of(command);
  return seen.empty() ? none_below : seen + "; and " + none_below;
}

std::string value_of(const OptionText& option) {
  if (option.value.empty()) return "";
  switch (kind_of(option)) {
    case Kind::choices: return " -x -a " + fish_quoted(joined(option.choices, " "));
    case Kind::folder: return " -x -a '(__fish_complete_directories)'";
    case Kind::file: return " -r -F";
    case Kind::nothing_known: return " -x";
  }
  return "";
}

std::string option_line(const std::string& start, const OptionText& option) {
  std::string text = start;
  for (const auto& name : option.names)
    text += name.starts_with("--") ? " -l " + name.substr(2) : " -s " + name.substr(1);
  return text + value_of(option) + " -d " + fish_quoted(option.help) + "\n";
}

std::string lines(const std::string& program, const std::string& seen, const CommandText& command) {
  const auto here = condition(seen, command);
  const auto start = "complete -c " + program + (here.empty() ? "" : " -n " + fish_quoted(here));
  std::string text;
  for (const auto& one : command.commands) text += start + " -a " + one.name + " -d " + fish_quoted(one.help) + "\n";
  for (const auto& option : command.options) text += option_line(start, option);
  if (!command.arguments.empty()) text += start + " -F\n";
  for (const auto& one : command.commands) {
    const auto named = "__fish_seen_subcommand_from " + one.name;
    text += lines(program, seen.empty() ? named : seen + "; and " + named, one);
  }
  return text;
}

}  // namespace

std::string fish_completion(const ProgramText& program) {
  const auto& root = program.root;
  return "# fish completion of " + root.name + "; `" + root.name + " --completion fish` prints it\ncomplete -c " +
         root.name + " -f\n" + lines(root.name, "", root);
}

}  // namespace command_line
