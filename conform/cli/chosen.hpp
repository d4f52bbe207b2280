// --impl, --read-cmd, --adapter and their like: which implementations a command is about.
#pragma once

#include <map>
#include <optional>

#include "cli/session.hpp"

namespace conform::cli {

struct ImplementationOptions {
  std::vector<std::string> files;  // names of the folder, or paths
  std::map<Op, std::optional<std::string>> command_lines;
  std::optional<std::string> server;  // a command that starts one
  std::vector<std::string> adapters;  // commands that start one
  std::vector<int> reject_exits{1};
  std::vector<std::string> features;  // empty: all are claimed
  std::string name = "command-line";

  void add_to(Command& command);
  /// Those that are named and that of the command lines; without either, all of the folder.
  Result<std::vector<Implementation>> choose(const Places& places) const;
};

/// Those of --adapter are as yet without a name.
Result<void> greet_adapters(std::vector<Implementation>& implementations);
Result<void> tell_apart(const std::vector<Implementation>& implementations);

}  // namespace conform::cli
