// A program under test: the commands that perform its operations, and what its exit statuses mean.
#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "corpus/case.hpp"
#include "implementation/protocol.hpp"
#include "process/command_template.hpp"

namespace conform {

struct Command {
  CommandTemplate words;
  std::map<int, Answer> exits;  // any other exit status is a crash
  bool by_adapter = false;  // level 1: the implementation's adapter is asked; `words` start it, and no exit is listed
};

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
  std::vector<CommandTemplate> needs;             // programs, one word each, that the commands call
  std::map<std::string, Values> values;  // its own words for what a placeholder says: compression, deflate, zlib
  std::vector<std::string> notes;
  Values places;                         // {bin} and {implementations}
  std::vector<std::string> arguments{};  // of qcow2-conform, that choose it

  /// What `value` of `placeholder` is called in its commands.
  std::string word_for(const std::string& placeholder, const std::string& value) const;
  bool claims(const std::vector<std::string>& wanted) const;
};

/// Where programs and implementations are looked for.
struct Places {
  std::filesystem::path bin;
  std::filesystem::path implementations;
};

/// A file that has passed implementations/schema.json. The path of a program is absolute, or begins with {bin} or
/// {implementations}.
Result<Implementation> load_implementation(const std::filesystem::path& file, const Places& places);

/// All files of the implementations folder, by name.
Result<std::vector<Implementation>> load_implementations(const Places& places);

/// Command lines, as --read-cmd and its like have them. Exit 0 accepts (clean), `reject_exits` reject; of check, 2 is
/// corrupt and 3 is leaks.
struct CommandLines {
  std::string name;
  std::map<Op, std::string> commands;
  std::vector<int> reject_exits{1};
  std::optional<std::set<std::string>> features{};  // of implementations/schema.json; nothing: it claims every feature
};
Result<Implementation> from_command_lines(const CommandLines& lines, const Places& places);

/// --adapter: it has neither name nor operations before its greeting is taken.
Result<Implementation> from_adapter_line(const std::string& line, const Places& places);
Result<void> take_greeting(Implementation& implementation);

/// The file that `words` (already filled) would run, or nothing.
std::optional<std::filesystem::path> find_program(const std::string& program);

/// Why the implementation cannot be run here; empty: it can.
std::string why_absent(const Implementation& implementation);

/// The first line that its version command prints, or what its adapter's greeting says; empty: there is none.
std::string ask_version(const Implementation& implementation);

}  // namespace conform
