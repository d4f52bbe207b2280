#include "verdict/written/model_program.hpp"

#include <algorithm>

#include "process/process.hpp"

namespace conform {
namespace fs = std::filesystem;
namespace {

constexpr int exit_done = 0;
constexpr int exit_refused = 1;
// Of check, which has answers of its own:
constexpr int exit_corrupt = 1;
constexpr int exit_leaks = 3;
constexpr int exit_not_opened = 4;

constexpr std::chrono::seconds time_allowed{120};
constexpr std::uint64_t output_slack = std::uint64_t{1} << 30;  // beyond the disk that is read; the length of JSON

}  // namespace

struct ModelProgram::Asked {
  int exit = 0;
  std::string message;
  Json json{};  // what it printed, if anything
};

ModelProgram::ModelProgram(const Bench& bench, const Values& places)
    : bench_(bench), program_(places.at("bin") + "/qcow2-model") {}

Result<ModelProgram::Asked> ModelProgram::ask(const std::vector<std::string>& words, const std::vector<int>& exits,
                                              std::uint64_t output_length) const {
  const fs::path output = bench_.work.root() / random_name();
  ProcessRequest request{{program_}, output, bench_.limits};
  request.argv.insert(request.argv.end(), words.begin(), words.end());
  request.limits.hidden.clear();  // it judges
  request.limits.time = std::max<std::chrono::milliseconds>(request.limits.time, time_allowed);
  request.limits.file_size = output_length + output_slack;
  const auto report = run_process(request);
  std::error_code error;
  const bool printed = fs::file_size(output, error) > 0 && !error;
  auto json = printed ? load_json(output) : Result<Json>(Json());
  fs::remove(output, error);
  if (report.ending != Ending::exited || std::find(exits.begin(), exits.end(), report.exit) == exits.end())
    return fail("qcow2-model {}, which judges, exit {}: {}", words[0], report.exit, first_line(report));
  if (!json) return fail("qcow2-model {}, which judges: {}", words[0], json.error().message);
  return Asked{report.exit, first_line(report), std::move(*json)};
}

Result<ModelAnswer> ModelProgram::ask_for_json(const std::vector<std::string>& words) const {
  auto asked = ask(words, {exit_done, exit_refused});
  if (!asked) return tl::unexpected(asked.error());
  if (asked->exit == exit_refused) return ModelAnswer{asked->message, {}};
  return ModelAnswer{{}, std::move(asked->json)};
}

Result<ModelAnswer> ModelProgram::info(const fs::path& image) const {
  return ask_for_json({"info", "--json", image.string()});
}

Result<ModelAnswer> ModelProgram::clusters(const fs::path& image) const {
  auto answer = ask_for_json({"map", "--streams", "--json", image.string()});
  if (answer && answer->refusal.empty()) answer->json = answer->json.at("clusters");
  return answer;
}

Result<ModelAnswer> ModelProgram::check(const fs::path& image, Decode decode) const {
  std::vector<std::string> words{"check", "--json", image.string()};
  if (decode == Decode::all_streams) words.emplace_back("--deep");
  auto asked = ask(words, {exit_done, exit_corrupt, exit_leaks, exit_not_opened});
  if (!asked) return tl::unexpected(asked.error());
  return ModelAnswer{asked->exit == exit_not_opened ? asked->message : std::string(), std::move(asked->json)};
}

Result<ModelAnswer> ModelProgram::repair(const fs::path& image) const {
  auto asked = ask({"check", "--repair", "--json", image.string()},
                   {exit_done, exit_corrupt, exit_leaks, exit_not_opened}, fs::file_size(image));
  if (!asked) return tl::unexpected(asked.error());
  const bool refused = asked->exit == exit_corrupt || asked->exit == exit_not_opened;
  return ModelAnswer{refused ? "not repaired: " + asked->message : std::string(), std::move(asked->json)};
}

Result<ModelAnswer> ModelProgram::read(const fs::path& image, const fs::path& out, Segment part,
                                       const std::string& snapshot) const {
  const std::uint64_t length = part.end - part.begin;
  std::vector<std::string> words{
      "read",     image.string(),        out.string(), "--jobs", "1", "--offset", std::to_string(part.begin),
      "--length", std::to_string(length)};
  if (!snapshot.empty()) words.insert(words.end(), {"--snapshot", snapshot});
  const auto asked = ask(words, {exit_done, exit_refused}, length);
  if (!asked) return tl::unexpected(asked.error());
  return ModelAnswer{asked->exit == exit_refused ? asked->message : std::string(), {}};
}

}  // namespace conform
