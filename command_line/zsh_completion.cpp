#include "command_line/description.hpp"

namespace command_line {
namespace {

/// Inside a specification of _arguments.
std::string escaped(const std::string& text) {
  std::string escaped;
  for (const char c : text) {
    if (c == '[' || c == ']' || c == ':' || c == '\\') escaped += '\\';
    escaped += c;
  }
  return escaped;
}

std::string action(const OptionText& option) {
  switch (kind_of(option)) {
    case Kind::choices: return "(" + joined(option.choices, " ") + ")";
    case Kind::folder: return "_files -/";
    case Kind::file: return "_files";
    case Kind::nothing_known: return " ";
  }
  return "";
}

std::string option_spec(const OptionText& option) {
  std::string text;
  for (const auto& name : option.names) {
    std::string spec = (option.repeatable ? "*" : "") + name + "[" + escaped(option.help) + "]";
    if (!option.value.empty()) spec += ":" + escaped(option.value) + ":" + action(option);
    text += " \\\n    " + shell_quoted(spec);
  }
  return text;
}

std::string argument_spec(const OptionText& argument) {
  const auto name = escaped(argument.names.front());
  return " \\\n    " + shell_quoted((argument.repeatable ? "*:" : argument.required ? ":" : "::") + name + ":_files");
}

/// The function of a command, after those of the commands below it.
std::string functions(const std::string& function, const CommandText& command) {
  std::string text;
  for (const auto& one : command.commands) text += functions(function_name(function.substr(1) + "_" + one.name), one);
  text += function + "() {\n";
  if (!command.commands.empty()) text += "  local context state state_descr line\n  typeset -A opt_args\n";
  text += "  _arguments -s" + std::string(command.commands.empty() ? "" : " -C");
  for (const auto& option : command.options) text += option_spec(option);
  for (const auto& argument : command.arguments) text += argument_spec(argument);
  if (command.commands.empty()) return text + "\n}\n";
  text +=
      " \\\n    ':command:->command' '*::argument:->arguments'\n  case $state in\n    command)\n"
      "      local -a commands=(";
  for (const auto& one : command.commands) text += "\n        " + shell_quoted(one.name + ":" + escaped(one.help));
  text += ")\n      _describe command commands ;;\n    arguments)\n      case $line[1] in\n";
  for (const auto& one : command.commands)
    text += "        " + one.name + ") " + function_name(function.substr(1) + "_" + one.name) + " ;;\n";
  return text + "      esac ;;\n  esac\n}\n";
}

}  // namespace

std::string zsh_completion(const ProgramText& program) {
  const auto& root = program.root;
  const auto function = function_name(root.name);
  // Loaded from a folder of the fpath, the file itself is the function at first.
  return "#compdef " + root.name + "\n# `" + root.name + " --completion zsh` prints it\n" + functions(function, root) +
         "if [[ $funcstack[1] == " + function + " ]]; then " + function + " \"$@\"; else compdef " + function + " " +
         root.name + "; fi\n";
}

}  // namespace command_line
