#include "command_line/description.hpp"
#include "command_line/parser.hpp"

namespace command_line {
namespace {

/// CLI11 says TEXT:{a,b}, UINT:INT in [1 - 5] and the like.
std::string value_of(const CLI::Option& option) {
  if (option.get_expected_max() == 0) return "";
  const auto type = option.get_type_name();
  const auto name = type.substr(0, type.find(':'));
  return name == "UINT" || name == "INT" || name == "FLOAT" ? "NUMBER" : name;
}

/// A path is the installation's own.
std::string default_of(const CLI::Option& option) {
  auto text = option.get_default_str();
  return text.starts_with('/') ? "" : text;
}

OptionText describe_option(const Parser& parser, const CLI::Option& option) {
  OptionText text;
  for (const auto& name : option.get_lnames()) text.names.push_back("--" + name);
  for (const auto& name : option.get_snames()) text.names.push_back("-" + name);
  if (option.get_positional()) text.names = {option.get_name(true)};
  text.value = value_of(option);
  if (const auto known = parser.values.find(&option); known != parser.values.end()) {
    text.choices = known->second.choices;
    text.range = known->second.range;
  }
  text.default_value = default_of(option);
  text.help = option.get_description();
  text.required = option.get_required();
  text.repeatable = option.get_expected_max() > 1;
  return text;
}

CommandText describe_command(const Parser& parser, const CLI::App& app) {
  CommandText text{
      .name = app.get_name(),
      .help = app.get_description(),
      .options = {},
      .arguments = {},
      .commands = {},
      .note = app.get_footer(),
  };
  for (const auto* option : app.get_options([](const CLI::Option*) { return true; }))
    (option->get_positional() ? text.arguments : text.options).push_back(describe_option(parser, *option));
  for (const auto* command : app.get_subcommands([](const CLI::App*) { return true; }))
    text.commands.push_back(describe_command(parser, *command));
  return text;
}

}  // namespace

ProgramText describe(const Parser& parser) { return {describe_command(parser, parser.app), parser.version}; }

}  // namespace command_line
