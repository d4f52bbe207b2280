#include "implementation/implementation.hpp"

#include <algorithm>
#include <utility>

namespace conform {
namespace fs = std::filesystem;
namespace {

Result<void> add_exits(Command& command, const Json& text, const char* key, Answer answer) {
  if (!text.contains(key)) return {};
  for (int exit : text[key].get<std::vector<int>>())
    if (!command.exits.emplace(exit, answer).second) return fail("exit status {} has two meanings", exit);
  return {};
}

Result<Command> parse_operation(Op op, const Json& text) {
  auto words = parse_command(op, text.at("command").get<std::vector<std::string>>());
  if (!words) return tl::unexpected(words.error());
  const std::string& program = words->words()[0];
  if (program.find('/') != std::string::npos && program[0] != '/' && program[0] != '{')
    return fail("{} is a relative path: start it with {{bin}} or {{implementations}}", program);
  Command command{std::move(*words), {}};
  const std::pair<const char*, Answer> keys[] = {
      {"accept_exit", Answer::accept},   {"clean_exit", Answer::clean},   {"leak_exit", Answer::leaks},
      {"corrupt_exit", Answer::corrupt}, {"reject_exit", Answer::reject}, {"unsupported_exit", Answer::unsupported}};
  for (const auto& [key, answer] : keys)
    if (auto added = add_exits(command, text, key, answer); !added) return tl::unexpected(added.error());
  for (const auto& text_of_one : text.value("names", std::vector<std::string>{})) {
    auto pattern = PlacePattern::parse(text_of_one);
    if (!pattern) return fail("names: {}", pattern.error().message);
    command.names.push_back(std::move(*pattern));
  }
  return command;
}

Result<void> add_adapter(Implementation& implementation, const Json& text, const Places& places) {
  if (auto set = set_adapter(implementation, text.at("command"), places); !set) return set;
  return perform_by_adapter(implementation, text.at("operations"));
}

Result<void> add_server(Implementation& implementation, const Json& text) {
  auto program = parse_server(text);
  if (!program) return tl::unexpected(program.error());
  return set_server(implementation, std::move(*program));
}

Result<Implementation> parse(const Json& document, const Places& places) {
  Implementation parsed;
  parsed.name = document.at("name");
  parsed.program = document.value("program", "");
  parsed.places = values(places);
  parsed.features = document.at("features").get<std::set<std::string>>();
  parsed.notes = document.value("notes", std::vector<std::string>{});
  if (document.contains("version_command")) {
    auto command =
        CommandTemplate::parse(document["version_command"].get<std::vector<std::string>>(), {"bin", "implementations"});
    if (!command) return fail("version_command: {}", command.error().message);
    parsed.version_command = std::move(*command);
  }
  for (const auto& program : document.value("needs", std::vector<std::string>{})) {
    auto need = CommandTemplate::parse({program}, {"bin", "implementations"});
    if (!need) return fail("needs: {}", need.error().message);
    parsed.needs.push_back(std::move(*need));
  }
  if (document.contains("values"))
    for (const auto& [placeholder, words] : document["values"].items())
      parsed.values.emplace(placeholder, words.get<Values>());
  if (document.contains("adapter"))
    if (auto added = add_adapter(parsed, document["adapter"], places); !added)
      return fail("adapter: {}", added.error().message);
  if (document.contains("nbd"))
    if (auto added = add_server(parsed, document["nbd"]); !added) return fail("nbd: {}", added.error().message);
  const Json operations = document.value("operations", Json::object());
  for (const auto& [key, text] : operations.items()) {
    const auto op = op_named(key);
    if (!op) return tl::unexpected(op.error());
    auto command = parse_operation(*op, text);
    if (!command) return fail("{}: {}", key, command.error().message);
    if (!parsed.commands.emplace(*op, std::move(*command)).second)
      return fail("{}: the adapter or the server offers it too", key);
  }
  return parsed;
}

Result<Implementation> load_with(const JsonSchema& schema, const fs::path& file, const Places& places) {
  const auto document = load_json(file);
  if (!document) return tl::unexpected(document.error());
  if (const auto valid = schema.validate(*document); !valid)
    return fail("{}: {}", file.string(), valid.error().message);
  auto parsed = parse(*document, places);
  if (!parsed) return fail("{}: {}", file.string(), parsed.error().message);
  return parsed;
}

}  // namespace

Values values(const Places& places) {
  return {{"bin", places.bin.string()}, {"implementations", places.implementations.string()}};
}

Result<void> set_adapter(Implementation& implementation, std::vector<std::string> words, const Places& places) {
  auto command = CommandTemplate::parse(std::move(words), {"bin", "implementations"});
  if (!command) return tl::unexpected(command.error());
  auto protocol = Protocol::load(places.implementations / "protocol/schema.json");
  if (!protocol) return tl::unexpected(protocol.error());
  implementation.adapter = std::make_shared<const AdapterProgram>(AdapterProgram{std::move(*command), *protocol});
  return {};
}

Result<void> perform_by_adapter(Implementation& implementation, const Json& operations) {
  for (const std::string key : operations) {
    const auto op = op_named(key);
    if (!op) return tl::unexpected(op.error());
    implementation.commands.emplace(*op, Command{implementation.adapter->words, {}, By::adapter});
  }
  return {};
}

Result<void> set_server(Implementation& implementation, ServerProgram program) {
  implementation.server = std::make_shared<const ServerProgram>(std::move(program));
  for (const Op op : operations_of(*implementation.server))
    if (!implementation.commands.emplace(op, command_of(*implementation.server, op)).second)
      return fail("{}: the adapter offers it too", name(op));
  return {};
}

std::string Implementation::word_for(const std::string& placeholder, const std::string& value) const {
  const auto words = values.find(placeholder);
  if (words == values.end()) return value;
  const auto word = words->second.find(value);
  return word == words->second.end() ? value : word->second;
}

bool Implementation::offers(const Operation& operation) const {
  const auto command = commands.find(operation.op);
  return command != commands.end() && (!operation.wants_server() || command->second.by == By::server);
}

bool Implementation::claims(const std::vector<std::string>& wanted) const {
  return !features || std::all_of(wanted.begin(), wanted.end(),
                                  [&](const std::string& feature) { return features->contains(feature); });
}

Result<Implementation> load_implementation(const fs::path& file, const Places& places) {
  const auto schema = JsonSchema::load(places.implementations / "schema.json");
  if (!schema) return tl::unexpected(schema.error());
  return load_with(*schema, file, places);
}

Result<std::vector<Implementation>> load_implementations(const Places& places) {
  const auto schema = JsonSchema::load(places.implementations / "schema.json");
  if (!schema) return tl::unexpected(schema.error());
  std::vector<fs::path> files;
  for (const auto& entry : fs::directory_iterator(places.implementations))
    if (entry.path().extension() == ".json" && entry.path().filename() != "schema.json") files.push_back(entry.path());
  std::sort(files.begin(), files.end());
  std::vector<Implementation> all;
  for (const auto& file : files) {
    auto one = load_with(*schema, file, places);
    if (!one) return tl::unexpected(one.error());
    if (one->name != file.stem()) return fail("{}: its name is {}", file.string(), one->name);
    all.push_back(std::move(*one));
  }
  return all;
}

}  // namespace conform
