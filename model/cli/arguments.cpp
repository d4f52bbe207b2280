#include "cli/arguments.hpp"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <charconv>
#include <deque>
#include <thread>

#include "cli/cli.hpp"
#include "format/descriptor.hpp"

namespace qcow2::cli {

namespace {

constexpr std::uint64_t jobs_max = 256;

/// Adds an option that takes a number and hands it to `store`.
CLI::Option* add_number(CLI::App& app, const std::string& name, const std::function<void(std::uint64_t)>& store,
                        const std::string& help) {
  return app
      .add_option_function<std::string>(
          name, [store](const std::string& text) { store(parse_number(text)); }, help)
      ->type_name("NUMBER");
}

}  // namespace

struct CommandParser {
  CLI::App* app;
  std::function<int()> action;
};

struct ProgramParser {
  CLI::App app;
  std::deque<CommandParser> commands;
};

Command& Command::argument(const std::string& name, std::string& value, const std::string& help) {
  parser_->app->add_option(name, value, help)->required();
  return *this;
}

Command& Command::argument(const std::string& name, std::uint64_t& value, const std::string& help) {
  return required_number(name, value, help);
}

Command& Command::text(const std::string& name, std::string& value, const std::string& help) {
  parser_->app->add_option(name, value, help)->type_name("NAME");
  return *this;
}

Command& Command::options(const std::string& name, std::vector<std::string>& values, const std::string& type,
                          const std::string& help) {
  parser_->app->add_option(name, values, help)->type_name(type)->expected(1)->take_all();
  return *this;
}

Command& Command::flag(const std::string& name, bool& value, const std::string& help) {
  parser_->app->add_flag(name, value, help);
  return *this;
}

Command& Command::number(const std::string& name, std::uint64_t& value, const std::string& help) {
  const auto take = [&value](std::uint64_t number) { value = number; };
  add_number(*parser_->app, name, take, help);
  return *this;
}

Command& Command::number(const std::string& name, std::optional<std::uint64_t>& value, const std::string& help) {
  const auto take = [&value](std::uint64_t number) { value = number; };
  add_number(*parser_->app, name, take, help);
  return *this;
}

Command& Command::required_number(const std::string& name, std::uint64_t& value, const std::string& help) {
  const auto take = [&value](std::uint64_t number) { value = number; };
  add_number(*parser_->app, name, take, help)->required();
  return *this;
}

Command& Command::choice(const std::string& name, std::string& value, const std::vector<std::string>& choices) {
  parser_->app->add_option(name, value)->check(CLI::IsMember(choices));
  return *this;
}

Command& Command::cluster_bits(unsigned& value) {
  const auto store = [&value](std::uint64_t number) {
    if (number < cluster_bits_min || number > cluster_bits_max) {
      throw UsageError(fmt::format("--cluster-bits {} is not in {} to {}", number, cluster_bits_min, cluster_bits_max));
    }
    value = static_cast<unsigned>(number);
  };
  const std::string unless_told = value == 0 ? "" : fmt::format("; {} unless told", value);
  add_number(*parser_->app, "--cluster-bits", store, "9 to 21" + unless_told)->required(value == 0);
  return *this;
}

Command& Command::jobs(unsigned& value) {
  value = std::max(1u, std::thread::hardware_concurrency());
  const auto store = [&value](std::uint64_t number) {
    if (number == 0) throw UsageError("--jobs 0: at least one thread has to work");
    value = static_cast<unsigned>(std::min(number, jobs_max));
  };
  add_number(*parser_->app, "--jobs", store, "How many threads; as many as processors unless told");
  return *this;
}

void Command::run(std::function<int()> action) { parser_->action = std::move(action); }

Program::Program(const std::string& name, const std::string& version, const std::string& help)
    : parser_(new ProgramParser{CLI::App{help, name}, {}}) {
  parser_->app.set_version_flag("--version", version);
  parser_->app.require_subcommand(1);
}

Program::~Program() = default;

Command Program::command(const std::string& name, const std::string& help) {
  parser_->commands.push_back({parser_->app.add_subcommand(name, help), {}});
  return Command(parser_->commands.back());
}

int Program::run(int argc, char** argv) {
  try {
    parser_->app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    if (error.get_exit_code() != 0) throw UsageError(fmt::format("{} (see --help)", error.what()));
    return parser_->app.exit(error);  // --help, --version
  }
  const auto chosen =
      std::ranges::find_if(parser_->commands, [](const auto& command) { return command.app->parsed(); });
  return chosen->action();
}

std::uint64_t parse_number(const std::string& text) {
  const bool hexadecimal = text.starts_with("0x") || text.starts_with("0X");
  const char* begin = text.data() + (hexadecimal ? 2 : 0);
  const char* end = text.data() + text.size();
  std::uint64_t number = 0;
  const auto [stop, error] = std::from_chars(begin, end, number, hexadecimal ? 16 : 10);
  if (begin == end || stop != end || error != std::errc{}) {
    throw UsageError(fmt::format("'{}' is not an unsigned number of at most 64 bits", text));
  }
  return number;
}

}  // namespace qcow2::cli
