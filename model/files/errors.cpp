#include "files/errors.hpp"

#include <fmt/format.h>

#include <cerrno>
#include <cstring>

namespace qcow2 {

std::string printable(std::string_view text) {
  std::string line;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    line += byte < 0x20 || byte == 0x7f ? fmt::format("\\x{:02x}", byte) : std::string(1, c);
  }
  return line;
}

void fail_to_write(const std::filesystem::path& path) {
  throw UsageError(fmt::format("cannot write '{}': {}", path.string(), std::strerror(errno)));
}

}  // namespace qcow2
