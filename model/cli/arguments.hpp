// The command line: commands, and the options that each takes. Hides the parser, which is slow to compile.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace qcow2::cli {

struct CommandParser;
struct ProgramParser;

/// One command. Where a value is not of the option's kind, parsing throws UsageError.
class Command {
 public:
  explicit Command(CommandParser& parser) : parser_(&parser) {}

  /// Positional, and required.
  Command& argument(const std::string& name, std::string& value, const std::string& help);
  Command& argument(const std::string& name, std::uint64_t& value, const std::string& help);
  Command& text(const std::string& name, std::string& value, const std::string& help);
  /// Takes one value each time, and may be repeated.
  Command& options(const std::string& name, std::vector<std::string>& values, const std::string& type,
                   const std::string& help);
  Command& flag(const std::string& name, bool& value, const std::string& help);
  Command& number(const std::string& name, std::uint64_t& value, const std::string& help);
  Command& number(const std::string& name, std::optional<std::uint64_t>& value, const std::string& help);
  Command& required_number(const std::string& name, std::uint64_t& value, const std::string& help);
  Command& choice(const std::string& name, std::string& value, const std::vector<std::string>& choices);
  /// --cluster-bits, 9 to 21; required where `value` is 0.
  Command& cluster_bits(unsigned& value);
  /// --jobs, 1 to 256 threads, as many as processors unless told.
  Command& jobs(unsigned& value);

  /// What the command does; returns an exit code.
  void run(std::function<int()> action);

 private:
  CommandParser* parser_;
};

class Program {
 public:
  Program(const std::string& name, const std::string& version, const std::string& help);
  ~Program();
  Command command(const std::string& name, const std::string& help);
  /// Parses and runs the command that was chosen, or prints the help that was asked for.
  int run(int argc, char** argv);

 private:
  std::unique_ptr<ProgramParser> parser_;
};

/// An unsigned number of 64 bits, decimal or 0x hexadecimal. Throws UsageError.
std::uint64_t parse_number(const std::string& text);

}  // namespace qcow2::cli
