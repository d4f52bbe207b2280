// What stands behind a Program: CLI11's parser, and what it does not keep of its options. For this folder alone.
#pragma once

#include <CLI/CLI.hpp>
#include <functional>
#include <map>
#include <string>
#include <vector>

namespace command_line {

/// What a value may be.
struct Values {
  std::vector<std::string> choices;
  std::string range;  // such as "1 to 1024"
};

struct Parser {
  CLI::App app;
  std::string version;
  std::string hint;
  std::map<const CLI::Option*, Values> values;
  std::function<int()> action;  // of the command that was chosen
};

}  // namespace command_line
