#include "report/failure/again.hpp"

#include <algorithm>
#include <array>
#include <optional>

#include "base/shell.hpp"

namespace conform {
namespace {

/// The last value of an option, as `--out DIR` or `--out=DIR`.
std::optional<std::string> value_of(const std::vector<std::string>& argv, const std::string& option) {
  std::optional<std::string> value;
  for (std::size_t i = 0; i < argv.size(); ++i) {
    if (argv[i] == option && i + 1 < argv.size()) value = argv[i + 1];
    if (argv[i].starts_with(option + "=")) value = argv[i].substr(option.size() + 1);
  }
  return value;
}

}  // namespace

std::string again_command(const Header& header, const ImplementationInfo& info, const std::string& case_id) {
  std::vector<std::string> words{header.argv.empty() ? "qcow2-conform" : header.argv[0], "run"};
  for (const char* option : {"--corpus", "--implementations", "--timeout", "--seed", "--repeat"})
    if (const auto value = value_of(header.argv, option)) words.insert(words.end(), {option, *value});
  words.insert(words.end(), info.arguments.begin(), info.arguments.end());
  const auto out = value_of(header.argv, "--out").value_or("results");
  words.insert(words.end(), {"--case", case_id, "--out", out + "/again"});
  return shell_line(words);
}

}  // namespace conform
