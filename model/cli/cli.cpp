#include "cli/cli.hpp"

#include <fmt/format.h>

#include <cstdio>

namespace qcow2::cli {

int complain(int code, std::string_view what) {
  std::fflush(stdout);
  std::fputs(fmt::format("qcow2-model: {}\n", printable(what)).c_str(), stderr);
  return code;
}

std::string hex(std::uint64_t number) { return fmt::format("{:#x}", number); }

std::string entry_hex(std::uint64_t l2_entry) { return fmt::format("{:#018x}", l2_entry); }

void print(const Json& json) { fmt::print("{}\n", json.dump(2, ' ', false, Json::error_handler_t::replace)); }

}  // namespace qcow2::cli
