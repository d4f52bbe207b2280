#include "command_line/description.hpp"

namespace command_line {
namespace {

/// The words of the call so far that name a command: "qcow2-conform corpus export".
using Path = std::string;

std::string answer(const std::string& how) { return "mapfile -t COMPREPLY < <(compgen " + how + " -- \"$word\")"; }

/// Every path there is, quoted.
std::vector<std::string> paths(const Path& path, const CommandText& command) {
  std::vector<std::string> all;
  for (const auto& one : command.commands) {
    const Path below = path + " " + one.name;
    all.push_back(shell_quoted(below));
    for (const auto& deeper : paths(below, one)) all.push_back(deeper);
  }
  return all;
}

std::string value_answer(const OptionText& option) {
  switch (kind_of(option)) {
    case Kind::choices: return answer("-W " + shell_quoted(joined(option.choices, " ")));
    case Kind::folder: return "compopt -o filenames; " + answer("-d");
    case Kind::file: return "compopt -o filenames; " + answer("-f");
    case Kind::nothing_known: return "COMPREPLY=()";
  }
  return "";
}

/// After an option that takes a value.
std::string values(const Path& path, const CommandText& command) {
  std::string text;
  for (const auto& option : command.options)
    if (!option.value.empty())
      for (const auto& name : option.names)
        text += "    " + shell_quoted(path + " " + name) + ") " + value_answer(option) + "; return ;;\n";
  for (const auto& one : command.commands) text += values(path + " " + one.name, one);
  return text;
}

/// What may come next: commands and options, and files where arguments are taken.
std::string words(const Path& path, const CommandText& command) {
  std::vector<std::string> known;
  for (const auto& one : command.commands) known.push_back(one.name);
  for (const auto& option : command.options) known.insert(known.end(), option.names.begin(), option.names.end());
  std::string text = "    " + shell_quoted(path) + ") ";
  if (!command.arguments.empty())
    text += "[[ $word == -* ]] || { compopt -o filenames; " + answer("-f") + "; return; }; ";
  text += answer("-W " + shell_quoted(joined(known, " "))) + " ;;\n";
  for (const auto& one : command.commands) text += words(path + " " + one.name, one);
  return text;
}

}  // namespace

std::string bash_completion(const ProgramText& program) {
  const auto& root = program.root;
  const auto function = function_name(root.name);
  return "# bash completion of " + root.name + "; `" + root.name + " --completion bash` prints it\n" + function +
         "() {\n"
         "  local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD - 1]} path=" +
         root.name +
         " i\n"
         "  for ((i = 1; i < COMP_CWORD; i++)); do\n"
         "    case \"$path ${COMP_WORDS[i]}\" in\n"
         "      " +
         joined(paths(root.name, root), " | ") +
         ") path+=\" ${COMP_WORDS[i]}\" ;;\n"
         "    esac\n"
         "  done\n"
         "  case \"$path $before\" in\n" +
         values(root.name, root) +
         "  esac\n"
         "  case $path in\n" +
         words(root.name, root) +
         "  esac\n"
         "}\n"
         "complete -F " +
         function + " " + root.name + "\n";
}

}  // namespace command_line
