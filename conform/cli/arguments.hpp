// The command line: commands, and the options that each takes. Hides the parser, which is slow to compile.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace conform::cli {

struct Parser;

/// One command, or the program itself. What an option stores into must live until the command has run. Each option
/// returns its command, so that the next one can follow.
class Command {
 public:
  Command(Parser& parser, void* app) : parser_(&parser), app_(app) {}

  /// A command under this one, which then needs one.
  Command command(const std::string& name, const std::string& help);

  /// Positional, and required.
  Command& argument(const std::string& name, std::string& value, const std::string& help);
  /// Positional, one or more.
  Command& arguments(const std::string& name, std::vector<std::string>& values, const std::string& help);
  Command& optional_argument(const std::string& name, std::string& value, const std::string& help);

  Command& flag(const std::string& name, bool& value, const std::string& help);
  /// The help tells `type` (what stands for the value) and what `value` is unless told, where it is anything.
  Command& option(const std::string& name, std::string& value, const std::string& type, const std::string& help);
  Command& required(const std::string& name, std::string& value, const std::string& type, const std::string& help);
  Command& option(const std::string& name, std::optional<std::string>& value, const std::string& type,
                  const std::string& help);
  /// Takes one value each time, and may be repeated.
  Command& options(const std::string& name, std::vector<std::string>& values, const std::string& type,
                   const std::string& help);
  /// Several, with commas between them.
  Command& list(const std::string& name, std::vector<std::string>& values, const std::string& type,
                const std::string& help);
  /// One of `choices`.
  Command& choice(const std::string& name, std::string& value, const std::vector<std::string>& choices,
                  const std::string& help);
  /// From `min` to `max`.
  Command& number(const std::string& name, unsigned& value, unsigned min, unsigned max, const std::string& help);
  Command& number(const std::string& name, double& value, double min, double max, const std::string& help);
  /// Several, with commas between them.
  Command& numbers(const std::string& name, std::vector<int>& values, int min, int max, const std::string& help);

  /// What the command does; returns an exit status.
  void run(std::function<int()> action);

 private:
  Parser* parser_;
  void* app_;
};

class Program {
 public:
  Program(const std::string& name, const std::string& version, const std::string& help);
  ~Program();
  /// For options that stand before or behind any command, and for the commands.
  Command& root() { return root_; }
  /// Parses and runs the command that was chosen, or prints the help that was asked for.
  int run(int argc, char** argv);

 private:
  std::unique_ptr<Parser> parser_;
  Command root_;
};

/// A call that cannot be meant; the message is one line.
struct UsageError {
  std::string message;
};

}  // namespace conform::cli
