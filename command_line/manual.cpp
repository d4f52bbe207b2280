#include <algorithm>
#include <cctype>

#include "command_line/description.hpp"

namespace command_line {
namespace {

/// Text in roff: no escape, no request, and dashes that can be copied.
std::string plain(const std::string& text) {
  std::string escaped;
  for (const char c : text) {
    if (c == '\\') {
      escaped += "\\e";
    } else if (c == '-') {
      escaped += "\\-";
    } else {
      if ((c == '.' || c == '\'') && (escaped.empty() || escaped.back() == '\n')) escaped += "\\&";
      escaped += c;
    }
  }
  return escaped;
}

std::string bold(const std::string& text) { return "\\fB" + plain(text) + "\\fR"; }
std::string italic(const std::string& text) { return "\\fI" + plain(text) + "\\fR"; }

std::string upper(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(),
                 [](char c) { return static_cast<char>(std::toupper(static_cast<unsigned char>(c))); });
  return text;
}

std::string option_heading(const OptionText& option) {
  std::vector<std::string> names;
  for (const auto& name : option.names) names.push_back(bold(name));
  return joined(names, ", ") + (option.value.empty() ? "" : " " + italic(option.value));
}

std::string argument_heading(const OptionText& argument) {
  return italic(argument.names.front()) + (argument.repeatable ? " ..." : "");
}

/// "Help text. One of: a, b. Default: a."
std::string option_body(const OptionText& option) {
  std::string text = plain(option.help);
  const auto add = [&text](const std::string& sentence) {
    if (!text.empty()) text += text.back() == '.' ? " " : ". ";
    text += sentence;
  };
  if (!option.choices.empty()) add("One of: " + plain(joined(option.choices, ", ")));
  if (!option.range.empty()) add("From " + plain(option.range));
  if (!option.default_value.empty()) add("Default: " + plain(option.default_value));
  if (!text.empty() && text.back() != '.') text += '.';
  return text;
}

std::string usage(const std::string& called, const CommandText& command) {
  std::string text = bold(called);
  if (!command.options.empty()) text += " [" + italic("options") + "]";
  if (!command.commands.empty()) text += " " + italic("command");
  for (const auto& argument : command.arguments) {
    const auto name = argument_heading(argument);
    text += argument.required ? " " + name : " [" + name + "]";
  }
  return text;
}

std::string items(const CommandText& command) {
  std::string text;
  for (const auto& argument : command.arguments)
    text += ".TP\n" + argument_heading(argument) + "\n" + option_body(argument) + "\n";
  for (const auto& option : command.options)
    if (option.names.front() != "--help" || command.commands.size() > 1)
      text += ".TP\n" + option_heading(option) + "\n" + option_body(option) + "\n";
  return text;
}

/// Lines stay lines: a note may hold a table.
std::string note(const CommandText& command) {
  return command.note.empty() ? "" : ".PP\n.nf\n" + plain(command.note) + "\n.fi\n";
}

std::string sections(const std::string& called, const CommandText& command) {
  std::string text;
  for (const auto& one : command.commands) {
    const auto name = called + " " + one.name;
    if (!one.commands.empty()) {
      text += sections(name, one);
      continue;
    }
    text += ".SS " + usage(name, one) + "\n" + plain(one.help) + ".\n" + items(one) + note(one);
  }
  return text;
}

}  // namespace

std::string manual(const ProgramText& program) {
  const auto& root = program.root;
  return ".TH " + upper(root.name) + " 1 \"\" \"" + program.version + "\" \"User Commands\"\n" + ".SH NAME\n" +
         root.name + " \\- " + plain(root.help) + "\n" + ".SH SYNOPSIS\n" + usage(root.name, root) + "\n" +
         ".SH OPTIONS\n" + items(root) + ".SH COMMANDS\n" + sections(root.name, root) + note(root);
}

}  // namespace command_line
