// The command line of a program: commands, and the options that each takes. Hides the parser, which is slow to compile.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

namespace command_line {

struct Parser;

/// A call that cannot be meant; the message is one line.
struct Error : std::runtime_error {
  using std::runtime_error::runtime_error;
};

using StoreNumber = std::function<void(std::uint64_t)>;

/// One command, or the program itself. What an option stores into must live until the command has run. Each option
/// returns its command, so that the next one can follow.
class Command {
 public:
  Command(Parser& parser, void* app) : parser_(&parser), app_(app) {}

  /// A command under this one, which then needs one.
  Command command(const std::string& name, const std::string& help);

  /// Positional, and required.
  Command& argument(const std::string& name, std::string& value, const std::string& help);
  Command& argument(const std::string& name, std::uint64_t& value, const std::string& help);
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
  /// One of `choices`. Without a help, it stands for itself.
  Command& choice(const std::string& name, std::string& value, const std::vector<std::string>& choices);
  Command& choice(const std::string& name, std::string& value, const std::vector<std::string>& choices,
                  const std::string& help);
  /// As parse_number() reads them.
  Command& number(const std::string& name, std::uint64_t& value, const std::string& help);
  Command& number(const std::string& name, std::optional<std::uint64_t>& value, const std::string& help);
  Command& number(const std::string& name, const StoreNumber& store, const std::string& help);
  Command& required_number(const std::string& name, std::uint64_t& value, const std::string& help);
  Command& required_number(const std::string& name, const StoreNumber& store, const std::string& help);
  /// Decimal, from `min` to `max`.
  Command& number(const std::string& name, unsigned& value, unsigned min, unsigned max, const std::string& help);
  Command& number(const std::string& name, double& value, double min, double max, const std::string& help);
  /// How many at a time, 1 to `max`; the help does not tell what `value` is, which is this machine's.
  Command& jobs(const std::string& name, unsigned& value, unsigned max, const std::string& help);
  /// Several, with commas between them.
  Command& numbers(const std::string& name, std::vector<int>& values, int min, int max, const std::string& help);

  /// Said at the end of its help.
  Command& note(const std::string& text);

  /// What the command does; returns an exit status.
  void run(std::function<int()> action);

 private:
  Parser* parser_;
  void* app_;
};

class Program {
 public:
  /// `hint` is said behind what is wrong with a call.
  Program(const std::string& name, const std::string& version, const std::string& help, const std::string& hint = {});
  ~Program();
  /// For options of the program, and for the commands.
  Command& root() { return root_; }
  Command command(const std::string& name, const std::string& help) { return root_.command(name, help); }
  /// The program's own options may stand behind a command, too.
  void take_options_anywhere();
  /// Parses and runs the command that was chosen, or prints the help that was asked for. Throws Error.
  int run(int argc, char** argv);

 private:
  std::unique_ptr<Parser> parser_;
  Command root_;
};

/// An unsigned number of 64 bits, decimal or 0x hexadecimal. Throws Error.
std::uint64_t parse_number(const std::string& text);

}  // namespace command_line
