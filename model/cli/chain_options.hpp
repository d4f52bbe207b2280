// The options that say which files behind an image may be read.
#pragma once

#include <string>
#include <vector>

#include "command_line/command_line.hpp"
#include "files/chain.hpp"

namespace qcow2::cli {

struct ChainOptions {
  std::vector<std::string> backing;     ///< each NAME=FILE
  std::vector<std::string> data_files;  ///< each NAME=FILE
  bool follow_backing = false;
};

command_line::Command& add_chain_options(command_line::Command& command, ChainOptions& options);

/// Throws UsageError where a value has no "=", or one name stands for two files.
ChainRules chain_rules(const ChainOptions& options);

}  // namespace qcow2::cli
