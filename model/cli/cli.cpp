#include "cli.hpp"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <charconv>
#include <cstdio>
#include <thread>

namespace qcow2::cli {

namespace {

constexpr std::uint64_t jobs_max = 256;

}  // namespace

std::string printable(std::string_view text) {
  std::string line;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    line += byte < 0x20 || byte == 0x7f ? fmt::format("\\x{:02x}", byte) : std::string(1, c);
  }
  return line;
}

int complain(int code, std::string_view what) {
  std::fflush(stdout);
  std::fputs(fmt::format("qcow2-model: {}\n", printable(what)).c_str(), stderr);
  return code;
}

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

void add_jobs(CLI::App& app, unsigned& jobs) {
  jobs = std::max(1u, std::thread::hardware_concurrency());
  const auto store = [&jobs](const std::string& text) {
    const std::uint64_t number = parse_number(text);
    if (number == 0) throw UsageError("--jobs 0: at least one thread has to work");
    jobs = static_cast<unsigned>(std::min(number, jobs_max));
  };
  app.add_option_function<std::string>("--jobs", store, "How many threads; as many as processors unless told")
      ->type_name("NUMBER");
}

std::string hex(std::uint64_t number) { return fmt::format("{:#x}", number); }

std::string entry_hex(std::uint64_t l2_entry) { return fmt::format("{:#018x}", l2_entry); }

void print(const Json& json) { fmt::print("{}\n", json.dump(2, ' ', false, Json::error_handler_t::replace)); }

}  // namespace qcow2::cli
