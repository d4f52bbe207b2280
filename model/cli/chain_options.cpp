#include "cli/chain_options.hpp"

#include <fmt/format.h>

#include "files/errors.hpp"

namespace qcow2::cli {

namespace {

std::map<std::string, std::filesystem::path> parse(const std::vector<std::string>& values, std::string_view option) {
  std::map<std::string, std::filesystem::path> files;
  for (const std::string& value : values) {
    const std::size_t equals = value.find('=');
    if (equals == std::string::npos) throw UsageError(fmt::format("{} '{}': expected NAME=FILE", option, value));
    if (!files.emplace(value.substr(0, equals), value.substr(equals + 1)).second) {
      throw UsageError(fmt::format("{} names '{}' twice", option, value.substr(0, equals)));
    }
  }
  return files;
}

}  // namespace

command_line::Command& add_chain_options(command_line::Command& command, ChainOptions& options) {
  return command
      .options("--backing", options.backing, "NAME=FILE", "Where a header names NAME as its backing file, read FILE")
      .options("--data-file", options.data_files, "NAME=FILE",
               "Where a header names NAME as its external data file, read FILE")
      .flag("--follow-backing", options.follow_backing,
            "Also open backing files in other folders (never by a protocol); only for images that you trust");
}

ChainRules chain_rules(const ChainOptions& options) {
  return {.backing = parse(options.backing, "--backing"),
          .data_files = parse(options.data_files, "--data-file"),
          .follow_paths = options.follow_backing};
}

}  // namespace qcow2::cli
