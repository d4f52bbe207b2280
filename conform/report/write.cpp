#include "report/write.hpp"

#include "base/replace_file.hpp"
#include "report/badge.hpp"
#include "report/divergences.hpp"
#include "report/junit.hpp"
#include "report/markdown.hpp"
#include "report/page/html.hpp"
#include "report/versions.hpp"

namespace conform::report {
namespace {

namespace fs = std::filesystem;

/// What may stand in a name stays.
std::string file_name(const std::string& name) {
  std::string safe;
  for (char c : name)
    safe += std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '-' || c == '.' || c == '_' ? c : '_';
  return safe;
}

using Files = std::vector<std::pair<std::string, std::string>>;  // name, content

Files badges(const Results& results) {
  Files files;
  for (const auto& summary : summarise(results)) {
    const std::string name = "badge-" + file_name(summary.info.name);
    files.emplace_back(name + ".svg", badge_svg(summary));
    files.emplace_back(name + ".json", badge_json(summary));
  }
  return files;
}

Files files_of(const Sources& sources, const std::string& format) {
  if (format == "html") return {{"report.html", html(sources)}};
  if (format == "md") return {{"report.md", markdown(sources)}};
  if (format == "junit") return {{"junit.xml", junit(sources)}};
  if (format == "badge") return badges(sources.results);
  if (format == "versions") return {{"versions.md", versions(sources)}};
  return {{"divergences.md", divergences(sources)}};
}

}  // namespace

std::vector<std::string> formats() { return {"html", "md", "junit", "badge", "divergences", "versions"}; }

Result<std::vector<fs::path>> write(const Sources& sources, const std::string& format, const fs::path& folder) {
  std::error_code error;
  fs::create_directories(folder, error);
  if (error) return fail("{}: {}", folder.string(), error.message());
  std::vector<fs::path> written;
  for (const auto& [name, content] : files_of(sources, format)) {
    if (auto done = replace_file(folder / name, content); !done) return tl::unexpected(done.error());
    written.push_back(folder / name);
  }
  return written;
}

}  // namespace conform::report
