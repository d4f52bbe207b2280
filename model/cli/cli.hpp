// What the commands of qcow2-model share: exit codes, errors of use, JSON.
#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <stdexcept>
#include <string>

#include "result.hpp"

namespace qcow2::cli {

using Json = nlohmann::ordered_json;

/// What the program exits with; check has two more of its own.
namespace exit_code {
inline constexpr int conforms = 0;
inline constexpr int violation = 1;
inline constexpr int usage = 2;
}  // namespace exit_code

/// A wrong use of the program, or a file that cannot be read or written: exit 2.
struct UsageError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// `text` with control characters written as escapes: a name in a header must not end our line or steer a terminal.
std::string printable(std::string_view text);

/// A refusal that ends the program: exit 1.
struct Refusal : std::runtime_error {
  explicit Refusal(const Violation& violation) : std::runtime_error(printable(describe(violation))) {}
};

/// Says what is wrong, in one line on standard error, and returns `code`.
int complain(int code, std::string_view what);

/// The value, or the end of the program.
template <class T>
T value_or_refuse(Result<T> result) {
  if (!result) throw Refusal(result.error());
  if constexpr (!std::is_void_v<T>) return std::move(*result);
}

std::string hex(std::uint64_t number);
/// As L2 entries are written: 16 digits.
std::string entry_hex(std::uint64_t l2_entry);

void print(const Json& json);

/// Each command adds itself to the program.
class Program;
void add_decode(Program& program);
void add_encode(Program& program);
void add_info(Program& program);
void add_map(Program& program);
void add_explain(Program& program);
void add_read(Program& program);
void add_check(Program& program);
void add_write(Program& program);

}  // namespace qcow2::cli
