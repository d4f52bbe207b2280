#include "implementation/libraries.hpp"

#include <filesystem>
#include <fstream>
#include <sstream>

#include "base/work_folder.hpp"
#include "implementation/introduction.hpp"
#include "process/process.hpp"

namespace conform {
namespace fs = std::filesystem;
namespace {

/// What `ldd` prints: "	libz.so.1 => /lib/x86_64-linux-gnu/libz.so.1 (0x…)" and so on.
std::string ask_linker(const fs::path& program) {
  const auto work = WorkFolder::make();
  if (!work) return {};
  const auto output = work->root() / "libraries";
  const auto report = run_process({{"ldd", program.string()}, output, {}});
  if (report.ending != Ending::exited || report.exit != 0) return {};
  std::ifstream stream(output);
  std::ostringstream text;
  text << stream.rdbuf();
  return text.str();
}

/// The name of the file that a library's name leads to in the end.
std::string real_name(const std::string& path) {
  std::error_code error;
  const auto real = fs::canonical(path, error);
  return error ? std::string() : real.filename().string();
}

}  // namespace

std::string version_in(const std::string& file_name, const std::string& library) {
  const std::string prefix = library + ".so.";
  return file_name.starts_with(prefix) ? file_name.substr(prefix.size()) : std::string();
}

LibraryVersions library_versions(const std::string& program) {
  LibraryVersions versions;
  const auto file = find_program(program);
  if (!file) return versions;
  std::istringstream words(ask_linker(*file));
  for (std::string word; words >> word;) {
    if (!word.starts_with('/')) continue;
    const auto name = real_name(word);
    if (auto zlib = version_in(name, "libz"); !zlib.empty()) versions.zlib = zlib;
    if (auto libzstd = version_in(name, "libzstd"); !libzstd.empty()) versions.libzstd = libzstd;
  }
  return versions;
}

}  // namespace conform
