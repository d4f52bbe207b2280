#include "base/replace_file.hpp"

#include <cerrno>
#include <cstring>
#include <fstream>

namespace conform {

Result<void> replace_file(const std::filesystem::path& file, std::string_view text) {
  const std::filesystem::path draft = file.string() + ".new";
  std::ofstream out(draft, std::ios::binary);
  out << text;
  out.close();
  std::error_code error;
  if (!out) {
    const std::string why = std::strerror(errno);
    std::filesystem::remove(draft, error);
    return fail("{}: cannot be written: {}", file.string(), why);
  }
  std::filesystem::rename(draft, file, error);
  if (error) return fail("{}: {}", file.string(), error.message());
  return {};
}

}  // namespace conform
