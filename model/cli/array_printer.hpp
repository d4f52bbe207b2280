// A JSON array of any length on standard output, whole or not at all.
#pragma once

#include <cstdio>
#include <memory>
#include <string_view>

#include "cli/cli.hpp"

namespace qcow2::cli {

/// What is refused half-way prints nothing. Until then the elements wait in a file without a name, so that a large
/// array needs no memory. Throws UsageError where that cannot be written.
class ArrayPrinter {
 public:
  ArrayPrinter();
  void operator()(const Json& element);
  /// The same of an element that is text already, in one line.
  void add(std::string_view element);
  /// Prints the array between `before` and `after`.
  void finish(std::string_view before, std::string_view after);

 private:
  struct Close {
    void operator()(std::FILE* file) const { std::fclose(file); }
  };
  std::unique_ptr<std::FILE, Close> file_;
  bool first_ = true;
};

}  // namespace qcow2::cli
