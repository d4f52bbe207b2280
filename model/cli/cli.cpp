#include "cli.hpp"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <charconv>
#include <cstdio>

namespace qcow2::cli {

std::uint64_t parse_number(const std::string& text) {
  const bool hexadecimal = text.starts_with("0x") || text.starts_with("0X");
  const char* begin = text.data() + (hexadecimal ? 2 : 0);
  const char* end = text.data() + text.size();
  std::uint64_t number = 0;
  const auto [stop, error] = std::from_chars(begin, end, number, hexadecimal ? 16 : 10);
  if (begin == end || stop != end || error != std::errc{}) {
    throw UsageError(fmt::format("'{}' is not an unsigned number of at most 64 bits", text));
  }
  return number;
}

CLI::Option* add_number(CLI::App& app, const std::string& option, std::uint64_t& number, const std::string& help) {
  const auto store = [&number](const std::string& text) { number = parse_number(text); };
  return app.add_option_function<std::string>(option, store, help)->type_name("NUMBER");
}

std::string hex(std::uint64_t number) { return fmt::format("{:#x}", number); }

std::string entry_hex(std::uint64_t l2_entry) { return fmt::format("{:#018x}", l2_entry); }

void print(const Json& json) { fmt::print("{}\n", json.dump(2, ' ', false, Json::error_handler_t::replace)); }

}  // namespace qcow2::cli
