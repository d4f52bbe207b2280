// The commands info, map, explain and check as qcow2-model runs them, on a file in memory: each ends with an exit
// status, or with one of the exceptions that main() turns into a line.
#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <string>
#include <vector>

#include "cli/cli.hpp"
#include "support.hpp"

namespace {

using Words = std::vector<std::string>;

const std::array<Words, 10> commands{Words{"info"},
                                     {"info", "--json"},
                                     {"map"},
                                     {"map", "--json"},
                                     {"map", "--streams"},
                                     {"map", "--streams", "--json"},
                                     {"explain"},
                                     {"explain", "--json"},
                                     {"check", "--deep", "--jobs", "1"},
                                     {"check", "--json", "--jobs", "1"}};

void run(Words words, const std::string& image) {
  words.insert(words.begin(), "qcow2-model");
  words.push_back(image);
  std::vector<char*> argv;
  for (std::string& word : words) argv.push_back(word.data());
  try {
    const int code = qcow2::cli::run_program(static_cast<int>(argv.size()), argv.data());
    qcow2::fuzz::require(code >= 0 && code <= 4, "an exit status that is documented");
  } catch (const qcow2::Refusal&) {
  } catch (const qcow2::UsageError&) {
  }
}

}  // namespace

extern "C" int LLVMFuzzerInitialize(int*, char***) { return std::freopen("/dev/null", "w", stdout) == nullptr ? 1 : 0; }

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const int file = ::memfd_create("image", MFD_CLOEXEC);
  qcow2::fuzz::require(file >= 0 && ::write(file, data, size) == static_cast<ssize_t>(size), "a file in memory");
  const std::size_t chosen = size == 0 ? 0 : data[size / 2] % commands.size();
  run(commands[chosen], "/proc/self/fd/" + std::to_string(file));
  ::close(file);
  return 0;
}
