#include "implementation/command_lines.hpp"

#include <fmt/ranges.h>

#include <algorithm>
#include <utility>

#include "base/printable.hpp"

namespace conform {
namespace {

constexpr std::size_t name_max = 64;  // as implementations/schema.json has it

/// Names that the schema of implementation files does not have would claim nothing.
Result<void> are_features(const std::set<std::string>& names, const Places& places) {
  const auto schema = load_json(places.implementations / "schema.json");
  if (!schema) return tl::unexpected(schema.error());
  const auto known = schema->at(Json::json_pointer("/properties/features/items/enum")).get<std::vector<std::string>>();
  for (const auto& one : names)
    if (std::find(known.begin(), known.end(), one) == known.end())
      return fail("--features: {} is not one of {}", one, fmt::join(known, ", "));
  return {};
}

Result<void> add_server_line(Implementation& made, const CommandLines& lines) {
  auto words = split_words(lines.server);
  if (!words) return tl::unexpected(words.error());
  auto command = parse_server_command(std::move(*words));
  if (!command) return fail("{}: {}", command.error().message, lines.server);
  return set_server(made, {std::move(*command), std::nullopt, false, lines.reject_exits});
}

}  // namespace

Result<Implementation> from_command_lines(const CommandLines& lines, const Places& places) {
  Implementation made;
  made.name = lines.name;
  if (made.name.empty() || made.name.size() > name_max || made.name != printable(made.name))
    return fail("--name: expected up to {} printable bytes", name_max);
  if (lines.features)
    if (auto known = are_features(*lines.features, places); !known) return tl::unexpected(known.error());
  made.features = lines.features;
  made.places = values(places);
  made.runs_beside_image = false;
  for (const auto& [op, line] : lines.commands) {
    auto words = split_words(line);
    if (!words) return fail("{}: {}", name(op), words.error().message);
    auto command = parse_command(op, std::move(*words));
    if (!command) return fail("{}: {}: {}", name(op), command.error().message, line);
    Command parsed{std::move(*command), {}};
    parsed.exits[0] = op == Op::check ? Answer::clean : Answer::accept;
    for (int exit : lines.reject_exits)
      if (!parsed.exits.emplace(exit, Answer::reject).second) return fail("exit status {} has two meanings", exit);
    if (op == Op::check) {
      parsed.exits.emplace(2, Answer::corrupt);
      parsed.exits.emplace(3, Answer::leaks);
    }
    made.commands.emplace(op, std::move(parsed));
  }
  if (lines.server.empty()) return made;
  if (auto added = add_server_line(made, lines); !added) return fail("--nbd-cmd: {}", added.error().message);
  return made;
}

Result<Implementation> from_adapter_line(const std::string& line, const Places& places) {
  auto words = split_words(line);
  if (!words) return fail("--adapter: {}", words.error().message);
  Implementation made;
  made.places = values(places);
  made.runs_beside_image = false;
  if (auto set = set_adapter(made, std::move(*words), places); !set) return fail("--adapter: {}", set.error().message);
  return made;
}

}  // namespace conform
