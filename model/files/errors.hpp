// How a program ends that cannot go on: an error of use or of a file, or a refusal of what an image holds.
#pragma once

#include <filesystem>
#include <stdexcept>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

#include "format/result.hpp"

namespace qcow2 {

/// A wrong use of the program, or a file that cannot be read or written: exit 2.
struct UsageError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// `text` with control characters written as escapes: a name in a header must not end our line or steer a terminal.
std::string printable(std::string_view text);

/// Ends the program with what errno says of a file that is written.
[[noreturn]] void fail_to_write(const std::filesystem::path& path);

/// Nobody reads what is written any more. It is no fault of ours: the program ends without a word, exit 2.
struct ClosedPipe : UsageError {
  ClosedPipe() : UsageError("the reader has closed the pipe") {}
};

/// A refusal that ends the program: exit 1.
struct Refusal : std::runtime_error {
  explicit Refusal(Violation refused)
      : std::runtime_error(printable(describe(refused))), violation(std::move(refused)) {}
  Violation violation;
};

/// The value, or the end of the program.
template <class T>
T value_or_refuse(Result<T> result) {
  if (!result) throw Refusal(std::move(result.error()));
  if constexpr (!std::is_void_v<T>) return std::move(*result);
}

}  // namespace qcow2
