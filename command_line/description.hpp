// A command line in words: what its manual page and its completions are made of.
#pragma once

#include <string>
#include <vector>

namespace command_line {

struct OptionText {
  std::vector<std::string> names;  // --help, -h; of an argument its own name
  std::string value;               // what stands for the value, such as FILE; empty: it takes none
  std::vector<std::string> choices;
  std::string range;          // of a number, such as "1 to 1024"
  std::string default_value;  // where it is the same on every machine
  std::string help;
  bool required = false;
  bool repeatable = false;
};

struct CommandText {
  std::string name;
  std::string help;
  std::vector<OptionText> options;
  std::vector<OptionText> arguments;
  std::vector<CommandText> commands;
  std::string note;  // paragraphs at the end of its help
};

struct ProgramText {
  CommandText root;
  std::string version;  // as --version prints it
};

struct Parser;
ProgramText describe(const Parser& parser);

/// A page of section 1, for man(1).
std::string manual(const ProgramText& program);

/// Shells that completion() knows.
inline const std::vector<std::string> shells{"bash", "zsh", "fish"};
std::string completion(const ProgramText& program, const std::string& shell);
std::string bash_completion(const ProgramText& program);
std::string zsh_completion(const ProgramText& program);
std::string fish_completion(const ProgramText& program);

/// What may stand where a value does.
enum class Kind { nothing_known, choices, folder, file };
Kind kind_of(const OptionText& option);

/// qcow2-model -> _qcow2_model
std::string function_name(const std::string& program);
std::string joined(const std::vector<std::string>& words, const std::string& between);
/// 'text', for each of the three shells.
std::string shell_quoted(const std::string& text);

}  // namespace command_line
