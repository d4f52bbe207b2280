#include <algorithm>

#include "command_line/description.hpp"

namespace command_line {

Kind kind_of(const OptionText& option) {
  if (!option.choices.empty()) return Kind::choices;
  if (option.value == "DIR") return Kind::folder;
  if (option.value == "FILE") return Kind::file;
  return Kind::nothing_known;
}

std::string function_name(const std::string& program) {
  std::string name = "_" + program;
  std::replace(name.begin(), name.end(), '-', '_');
  return name;
}

std::string joined(const std::vector<std::string>& words, const std::string& between) {
  std::string text;
  for (const auto& word : words) text += (text.empty() ? "" : between) + word;
  return text;
}

std::string shell_quoted(const std::string& text) {
  std::string quoted = "'";
  for (const char c : text)
    if (c == '\'')
      quoted += "'\\''";
    else
      quoted += c;
  return quoted + "'";
}

std::string completion(const ProgramText& program, const std::string& shell) {
  if (shell == "bash") return bash_completion(program);
  if (shell == "zsh") return zsh_completion(program);
  return fish_completion(program);
}

}  // namespace command_line
