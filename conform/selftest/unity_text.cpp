#include "selftest/unity_text.hpp"

#include <fstream>
#include <map>
#include <regex>
#include <set>

namespace conform {
namespace {

struct Text {
  std::string includes;
  std::vector<std::string> headers;  // included in quotes
  std::set<std::string> names;       // defined at the left margin: in anonymous namespaces, and anywhere in a header
};

Result<Text> scan(const std::filesystem::path& file) {
  static const std::regex definition(R"(^(?:(?:struct|class|enum class) (\w+)|[\w:][\w:<>,&* ]* (\w+)(?: =|\()).*)");
  static const std::regex quoted("#include \"(.*)\"");
  const bool header = file.extension() == ".hpp";
  std::ifstream in(file);
  Text text;
  bool anonymous = false;
  for (std::string line; std::getline(in, line);) {
    std::smatch found;
    if (line.starts_with("#include")) text.includes += line + "\n";
    if (std::regex_match(line, found, quoted)) text.headers.push_back(found[1]);
    if (line == "namespace {") anonymous = true;
    if (line == "}  // namespace") anonymous = false;
    if ((anonymous || header) && std::regex_match(line, found, definition))
      text.names.insert(found[found[1].matched ? 1 : 2]);
  }
  if (!in.eof()) return fail("{}: cannot be read", file.string());
  return text;
}

/// How many files define each name: the sources, and the headers beside them that these include.
std::map<std::string, int> definitions(const std::filesystem::path& root, const std::vector<Text>& texts) {
  std::map<std::string, int> times;
  std::set<std::string> headers;
  for (const auto& text : texts) {
    headers.insert(text.headers.begin(), text.headers.end());
    for (const auto& name : text.names) ++times[name];
  }
  for (const auto& header : headers)
    if (const auto text = scan(root / header))
      for (const auto& name : text->names) ++times[name];
  return times;
}

}  // namespace

Result<std::string> several_units(const std::filesystem::path& root, const std::vector<std::string>& sources) {
  std::vector<Text> texts;
  std::string includes;
  for (const auto& source : sources) {
    auto text = scan(root / source);
    if (!text) return tl::unexpected(text.error());
    includes += text->includes;
    texts.push_back(std::move(*text));
  }
  const auto times = definitions(root, texts);
  std::string bodies;
  for (std::size_t i = 0; i < sources.size(); ++i) {
    std::string after;
    for (const auto& name : texts[i].names) {
      if (times.at(name) < 2) continue;
      bodies += fmt::format("#define {} {}_{}\n", name, name, i);
      after += fmt::format("#undef {}\n", name);
    }
    bodies += fmt::format("#include \"../{}\"\n", sources[i]) + after;
  }
  return includes + bodies;
}

}  // namespace conform
