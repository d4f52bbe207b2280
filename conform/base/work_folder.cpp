#include "base/work_folder.hpp"

#include <fcntl.h>
#include <sys/random.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <system_error>

#include "base/open_file.hpp"

namespace conform {
namespace fs = std::filesystem;

void remove_tree(const fs::path& folder) {
  std::error_code ignored;
  if (!folder.empty()) fs::remove_all(folder, ignored);
}

std::string random_name() {
  std::uint64_t bits = 0;
  if (::getrandom(&bits, sizeof bits, 0) != sizeof bits)
    throw std::system_error(errno, std::generic_category(), "getrandom");
  return fmt::format("{:016x}", bits);
}

Result<WorkFolder> WorkFolder::make() {
  std::error_code error;
  const auto parent = fs::temp_directory_path(error);
  if (error) return fail("no folder for temporary files: {}", error.message());
  std::string name = (fs::absolute(parent) / "qcow2-conform.XXXXXX").string();
  if (!::mkdtemp(name.data())) return fail("{}: {}", name, std::strerror(errno));
  return WorkFolder(name);
}

WorkFolder::~WorkFolder() { remove_tree(root_); }

bool WorkFolder::holds(std::uint64_t size) const {
  const auto probe = root_ / random_name();
  const FileDescriptor file(::open(probe.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
  const bool fits = size <= static_cast<std::uint64_t>(INT64_MAX) && file.get() >= 0 &&
                    ::ftruncate(file.get(), static_cast<off_t>(size)) == 0;
  std::error_code ignored;
  fs::remove(probe, ignored);
  return fits;
}

}  // namespace conform
