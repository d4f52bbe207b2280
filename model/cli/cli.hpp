// What the commands of qcow2-model share: exit codes, one line of complaint, numbers in hexadecimal, JSON.
#pragma once

#include <cstdint>
#include <functional>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "command_line/command_line.hpp"
#include "files/errors.hpp"

namespace qcow2::cli {

using command_line::Command;
using command_line::Program;
using Json = nlohmann::ordered_json;

/// What the program exits with; check has two more of its own.
namespace exit_code {
inline constexpr int conforms = 0;
inline constexpr int violation = 1;
inline constexpr int usage = 2;
}  // namespace exit_code

/// Says what is wrong, in one line on standard error, and returns `code`.
int complain(int code, std::string_view what);

std::string hex(std::uint64_t number);
/// As L2 entries are written: 16 digits.
std::string entry_hex(std::uint64_t l2_entry);

/// A document of this program: an object that begins with the name of its form, of docs/model-json.schema.json.
Json document(std::string_view command);
Json where_json(const Where& where);
/// rule, stage, where, detail.
Json violation_json(const Violation& violation);

/// In one line. What is not UTF-8 is replaced.
std::string text(const Json& json);
void print(const Json& json);

/// Runs a command. With `json` a refusal is a document too, {"schema", "refused"}, on standard output.
int answer(std::string_view command, bool json, const std::function<int()>& action);

/// For --cluster-bits, 9 to 21.
command_line::StoreNumber store_cluster_bits(unsigned& value);
/// For --jobs, 1 to 256 threads; `value` becomes the number of processors.
command_line::StoreNumber store_jobs(unsigned& value);
inline constexpr const char* jobs_help = "Number of threads (default: one per processor)";

/// Runs the command that `argv` names. Throws Refusal, UsageError and command_line::Error, which main() turns into a
/// line.
int run_program(int argc, char** argv);

/// Each command adds itself to the program.
void add_decode(Program& program);
void add_encode(Program& program);
void add_info(Program& program);
void add_map(Program& program);
void add_explain(Program& program);
void add_read(Program& program);
void add_check(Program& program);
void add_write(Program& program);
void add_modify(Program& program);

}  // namespace qcow2::cli
