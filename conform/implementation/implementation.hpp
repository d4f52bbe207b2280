// A program under test: its description, as a file of implementations/ has it.
#pragma once

#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "corpus/case.hpp"
#include "implementation/command.hpp"
#include "implementation/protocol.hpp"
#include "implementation/server_program.hpp"

namespace conform {

/// Level 1: what starts the adapter, and the messages that it is to understand.
struct AdapterProgram {
  CommandTemplate words;
  std::shared_ptr<const Protocol> protocol;
};

struct Implementation {
  std::string name;
  std::string program{};  // what versions of it are called together; empty: it is its own
  /// A file's commands run in the image's folder (some programs look for other files there); those of the command line
  /// where the user is, so that relative paths mean what they say.
  bool runs_beside_image = true;
  std::optional<CommandTemplate> version_command;
  std::optional<std::set<std::string>> features;  // nothing: it claims every feature
  std::map<Op, Command> commands;
  std::shared_ptr<const AdapterProgram> adapter;  // nothing: level 0 alone
  std::shared_ptr<const ServerProgram> server;    // nothing: it is no server
  std::vector<CommandTemplate> needs;             // programs, one word each, that the commands call
  std::map<std::string, Values> values;  // its own words for what a placeholder says: compression, deflate, zlib
  std::vector<std::string> notes;
  Values places;                         // {bin} and {implementations}
  std::vector<std::string> arguments{};  // of qcow2-conform, that choose it

  /// What `value` of `placeholder` is called in its commands.
  std::string word_for(const std::string& placeholder, const std::string& value) const;
  /// It has something for that operation.
  bool offers(const Operation& operation) const;
  bool claims(const std::vector<std::string>& wanted) const;
};

/// Where programs and implementations are looked for.
struct Places {
  std::filesystem::path bin;
  std::filesystem::path implementations;
};

/// What {bin} and {implementations} stand for.
Values values(const Places& places);

/// What starts its adapter; the protocol's schemas are read.
Result<void> set_adapter(Implementation& implementation, std::vector<std::string> words, const Places& places);

/// Its adapter performs these operations, an array of names.
Result<void> perform_by_adapter(Implementation& implementation, const Json& operations);

/// Its server performs what NBD can say.
Result<void> set_server(Implementation& implementation, ServerProgram program);

/// A file that has passed implementations/schema.json. The path of a program is absolute, or begins with {bin} or
/// {implementations}.
Result<Implementation> load_implementation(const std::filesystem::path& file, const Places& places);

/// All files of the implementations folder, by name.
Result<std::vector<Implementation>> load_implementations(const Places& places);

}  // namespace conform
