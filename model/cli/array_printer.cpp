#include "cli/array_printer.hpp"

#include <fmt/format.h>

#include <array>
#include <cerrno>
#include <cstring>

namespace qcow2::cli {

namespace {

[[noreturn]] void fail() { throw UsageError(fmt::format("cannot write a temporary file: {}", std::strerror(errno))); }

}  // namespace

ArrayPrinter::ArrayPrinter() : file_(std::tmpfile()) {
  if (!file_) fail();
}

void ArrayPrinter::operator()(const Json& element) { add(text(element)); }

void ArrayPrinter::add(std::string_view element) {
  const std::string line = fmt::format("{}\n{}", first_ ? "" : ",", element);
  if (std::fwrite(line.data(), 1, line.size(), file_.get()) != line.size()) fail();
  first_ = false;
}

void ArrayPrinter::finish(std::string_view before, std::string_view after) {
  if (std::fflush(file_.get()) != 0) fail();
  std::rewind(file_.get());
  fmt::print("{}[", before);
  std::array<char, 65536> buffer{};
  while (const std::size_t got = std::fread(buffer.data(), 1, buffer.size(), file_.get())) {
    if (std::fwrite(buffer.data(), 1, got, stdout) != got) return;  // main() says so
  }
  fmt::print("\n]{}\n", after);
}

}  // namespace qcow2::cli
