#include "command_line/command_line.hpp"

#include <algorithm>
#include <charconv>
#include <memory>
#include <sstream>
#include <utility>

#include "command_line/closest.hpp"
#include "command_line/description.hpp"
#include "command_line/parser.hpp"

namespace command_line {
namespace {

CLI::App& as_app(void* app) { return *static_cast<CLI::App*>(app); }

CLI::Option* add_number(CLI::App& app, const std::string& name, const StoreNumber& store, const std::string& help) {
  const auto parse_and_store = [store](const std::string& text) { store(parse_number(text)); };
  return app.add_option_function<std::string>(name, parse_and_store, help)->type_name("NUMBER");
}

template <class T>
std::string range(T min, T max) {
  std::ostringstream text;
  text << min << " to " << max;
  return text.str();
}

StoreNumber store_in(std::uint64_t& value) {
  return [&value](std::uint64_t number) { value = number; };
}

/// Some versions of CLI11 leave out "Usage:" where the program has a name.
class HelpText : public CLI::Formatter {
 public:
  std::string make_usage(const CLI::App* app, std::string name) const override {
    const std::string label = get_label("Usage") + ":";
    std::string text = CLI::Formatter::make_usage(app, "");
    return text.insert(text.find(label) + label.size(), " " + name);
  }
};

std::vector<std::string> names_of_commands(const CLI::App& app) {
  std::vector<std::string> names;
  for (const auto* command : app.get_subcommands([](const CLI::App*) { return true; }))
    names.push_back(command->get_name());
  return names;
}

/// Of the command and of those above it.
std::vector<std::string> names_of_options(const CLI::App& app) {
  std::vector<std::string> names;
  for (const auto* one = &app; one; one = one->get_parent())
    for (const auto* option : one->get_options())
      for (const auto& name : option->get_lnames()) names.push_back("--" + name);
  return names;
}

/// For the first word of the call that is no option and no command here.
std::string suggestion(const CLI::App& root, int argc, char** argv) {
  const CLI::App* app = &root;
  for (int i = 1; i < argc; ++i) {
    const std::string word(argv[i]);
    if (word.starts_with("--")) {
      const auto name = word.substr(0, word.find('='));
      const auto options = names_of_options(*app);
      if (std::find(options.begin(), options.end(), name) == options.end()) return did_you_mean(name, options);
      const CLI::Option* option = nullptr;
      for (const auto* one = app; one && !option; one = one->get_parent()) option = one->get_option_no_throw(name);
      if (option && option->get_expected_min() > 0 && word == name) ++i;
    } else if (const auto commands = names_of_commands(*app); !commands.empty()) {
      if (std::find(commands.begin(), commands.end(), word) == commands.end()) return did_you_mean(word, commands);
      app = app->get_subcommand(word);
    }
  }
  return "";
}

}  // namespace

Command Command::command(const std::string& name, const std::string& help) {
  as_app(app_).require_subcommand(1);
  return {*parser_, as_app(app_).add_subcommand(name, help)};
}

Command& Command::argument(const std::string& name, std::string& value, const std::string& help) {
  as_app(app_).add_option(name, value, help)->required();
  return *this;
}

Command& Command::argument(const std::string& name, std::uint64_t& value, const std::string& help) {
  return required_number(name, value, help);
}

Command& Command::arguments(const std::string& name, std::vector<std::string>& values, const std::string& help) {
  as_app(app_).add_option(name, values, help)->required();
  return *this;
}

Command& Command::optional_argument(const std::string& name, std::string& value, const std::string& help) {
  as_app(app_).add_option(name, value, help);
  return *this;
}

Command& Command::flag(const std::string& name, bool& value, const std::string& help) {
  as_app(app_).add_flag(name, value, help);
  return *this;
}

Command& Command::option(const std::string& name, std::string& value, const std::string& type,
                         const std::string& help) {
  auto* option = as_app(app_).add_option(name, value, help)->type_name(type);
  if (!value.empty()) option->capture_default_str();
  return *this;
}

Command& Command::required(const std::string& name, std::string& value, const std::string& type,
                           const std::string& help) {
  as_app(app_).add_option(name, value, help)->type_name(type)->required();
  return *this;
}

Command& Command::option(const std::string& name, std::optional<std::string>& value, const std::string& type,
                         const std::string& help) {
  const auto store = [&value](const std::string& text) { value = text; };
  as_app(app_).add_option_function<std::string>(name, store, help)->type_name(type);
  return *this;
}

Command& Command::options(const std::string& name, std::vector<std::string>& values, const std::string& type,
                          const std::string& help) {
  as_app(app_).add_option(name, values, help)->type_name(type)->allow_extra_args(false);
  return *this;
}

Command& Command::list(const std::string& name, std::vector<std::string>& values, const std::string& type,
                       const std::string& help) {
  as_app(app_).add_option(name, values, help)->type_name(type)->delimiter(',')->allow_extra_args(false);
  return *this;
}

Command& Command::choice(const std::string& name, std::string& value, const std::vector<std::string>& choices) {
  return choice(name, value, choices, "");
}

Command& Command::choice(const std::string& name, std::string& value, const std::vector<std::string>& choices,
                         const std::string& help) {
  auto* option = as_app(app_).add_option(name, value, help)->check(CLI::IsMember(choices));
  if (!value.empty()) option->capture_default_str();
  parser_->values[option].choices = choices;
  return *this;
}

Command& Command::number(const std::string& name, std::uint64_t& value, const std::string& help) {
  return number(name, store_in(value), help);
}

Command& Command::number(const std::string& name, std::optional<std::uint64_t>& value, const std::string& help) {
  const auto store = [&value](std::uint64_t number) { value = number; };
  return number(name, store, help);
}

Command& Command::number(const std::string& name, const StoreNumber& store, const std::string& help) {
  add_number(as_app(app_), name, store, help);
  return *this;
}

Command& Command::required_number(const std::string& name, std::uint64_t& value, const std::string& help) {
  return required_number(name, store_in(value), help);
}

Command& Command::required_number(const std::string& name, const StoreNumber& store, const std::string& help) {
  add_number(as_app(app_), name, store, help)->required();
  return *this;
}

Command& Command::number(const std::string& name, unsigned& value, unsigned min, unsigned max,
                         const std::string& help) {
  auto* option = as_app(app_).add_option(name, value, help)->check(CLI::Range(min, max))->capture_default_str();
  parser_->values[option].range = range(min, max);
  return *this;
}

Command& Command::number(const std::string& name, double& value, double min, double max, const std::string& help) {
  auto* option = as_app(app_).add_option(name, value, help)->check(CLI::Range(min, max))->capture_default_str();
  parser_->values[option].range = range(min, max);
  return *this;
}

Command& Command::jobs(const std::string& name, unsigned& value, unsigned max, const std::string& help) {
  auto* option = as_app(app_).add_option(name, value, help)->check(CLI::Range(1U, max));
  option->default_str("one a processor");
  parser_->values[option].range = range(1U, max);
  return *this;
}

Command& Command::numbers(const std::string& name, std::vector<int>& values, int min, int max,
                          const std::string& help) {
  auto* option = as_app(app_).add_option(name, values, help)->delimiter(',')->check(CLI::Range(min, max));
  option->capture_default_str();
  parser_->values[option].range = range(min, max) + ", with commas between them";
  return *this;
}

Command& Command::note(const std::string& text) {
  as_app(app_).footer(text);
  return *this;
}

void Command::run(std::function<int()> action) {
  as_app(app_).callback([parser = parser_, action = std::move(action)] { parser->action = action; });
}

Program::Program(const std::string& name, const std::string& version, const std::string& help, const std::string& hint)
    : parser_(new Parser{CLI::App{help, name}, version, hint, {}, {}}), root_(*parser_, &parser_->app) {
  auto& app = parser_->app;
  app.formatter(std::make_shared<HelpText>());
  app.set_version_flag("--version", version);
  // Like --version they end the parsing at once, whatever else is required, and what they threw is printed.
  const auto print_completion = [parser = parser_.get()](const std::string& shell) {
    throw CLI::CallForVersion(completion(describe(*parser), shell), 0);
  };
  auto* option = app.add_option_function<std::string>("--completion", print_completion,
                                                      "Print a completion script for this shell");
  option->check(CLI::IsMember(shells))->type_name("SHELL")->trigger_on_parse();
  parser_->values[option].choices = shells;
  const auto print_manual = [parser = parser_.get()] { throw CLI::CallForVersion(manual(describe(*parser)), 0); };
  app.add_flag_callback("--manual", print_manual, "Print the manual page, for man -l -")->trigger_on_parse();
}

Program::~Program() = default;

void Program::take_options_anywhere() { parser_->app.fallthrough(); }

int Program::run(int argc, char** argv) {
  try {
    parser_->app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    if (error.get_exit_code() != 0) throw Error(error.what() + suggestion(parser_->app, argc, argv) + parser_->hint);
    return parser_->app.exit(error);  // --help, --version
  }
  return parser_->action();
}

std::uint64_t parse_number(const std::string& text) {
  const bool hexadecimal = text.starts_with("0x") || text.starts_with("0X");
  const char* begin = text.data() + (hexadecimal ? 2 : 0);
  const char* end = text.data() + text.size();
  std::uint64_t number = 0;
  const auto [stop, error] = std::from_chars(begin, end, number, hexadecimal ? 16 : 10);
  if (begin == end || stop != end || error != std::errc{})
    throw Error("'" + text + "' is not an unsigned number of at most 64 bits");
  return number;
}

}  // namespace command_line
