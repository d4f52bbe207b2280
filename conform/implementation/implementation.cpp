#include "implementation/implementation.hpp"

#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <sstream>

#include "implementation/adapters.hpp"
#include "process/process.hpp"

namespace conform {
namespace fs = std::filesystem;
namespace {

const std::vector<std::string_view>& placeholders(Op op) {
  static const std::vector<std::string_view> read{"image", "out", "bin", "implementations"};
  static const std::vector<std::string_view> range{"image", "out", "offset", "length", "bin", "implementations"};
  static const std::vector<std::string_view> check{"image", "bin", "implementations"};
  static const std::vector<std::string_view> write{"raw",           "image",       "cluster_bits", "cluster_size",
                                                   "refcount_bits", "compression", "bin",          "implementations"};
  static const std::vector<std::string_view> modify{"image", "steps", "bin", "implementations"};
  switch (op) {
    case Op::read: return read;
    case Op::read_range: return range;
    case Op::write: return write;
    case Op::modify: return modify;
    case Op::check: break;
  }
  return check;
}

Result<CommandTemplate> parse_command(Op op, std::vector<std::string> words) {
  auto command = CommandTemplate::parse(std::move(words), placeholders(op));
  if (!command) return command;
  if (!command->uses("image")) return fail("no {{image}} in the command: it would not know which");
  if (op == Op::read_range && (!command->uses("offset") || !command->uses("length")))
    return fail("no {{offset}} or no {{length}} in the command");
  if (op == Op::write && !command->uses("raw"))
    return fail("no {{raw}} in the command: it would not know what to write");
  if (op == Op::modify && !command->uses("steps")) return fail("no {{steps}} in the command");
  return command;
}

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
    return fail("{} is a relative path: begin it with {{bin}} or {{implementations}}", program);
  Command command{std::move(*words), {}};
  const std::pair<const char*, Answer> keys[] = {
      {"accept_exit", Answer::accept},   {"clean_exit", Answer::clean},   {"leak_exit", Answer::leaks},
      {"corrupt_exit", Answer::corrupt}, {"reject_exit", Answer::reject}, {"unsupported_exit", Answer::unsupported}};
  for (const auto& [key, answer] : keys)
    if (auto added = add_exits(command, text, key, answer); !added) return tl::unexpected(added.error());
  return command;
}

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
    implementation.commands.emplace(*op, Command{implementation.adapter->words, {}, true});
  }
  return {};
}

Result<void> add_adapter(Implementation& implementation, const Json& text, const Places& places) {
  if (auto set = set_adapter(implementation, text.at("command"), places); !set) return set;
  return perform_by_adapter(implementation, text.at("operations"));
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
  const Json operations = document.value("operations", Json::object());
  for (const auto& [key, text] : operations.items()) {
    const auto op = op_named(key);
    if (!op) return tl::unexpected(op.error());
    auto command = parse_operation(*op, text);
    if (!command) return fail("{}: {}", key, command.error().message);
    if (!parsed.commands.emplace(*op, std::move(*command)).second) return fail("{}: the adapter has it too", key);
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

/// Names that the schema of implementation files does not have would claim nothing.
Result<void> are_features(const std::set<std::string>& names, const Places& places) {
  const auto schema = load_json(places.implementations / "schema.json");
  if (!schema) return tl::unexpected(schema.error());
  const auto known = schema->at(Json::json_pointer("/properties/features/items/enum")).get<std::vector<std::string>>();
  for (const auto& one : names)
    if (std::find(known.begin(), known.end(), one) == known.end())
      return fail("--features: {} is none of {}", one, fmt::join(known, ", "));
  return {};
}

std::string greeted_version(const Implementation& implementation) {
  const auto greeting = adapter_of(implementation).greet({});
  return greeting.answer.is_object() ? greeting.answer.at("version").get<std::string>() : std::string();
}

}  // namespace

std::string Implementation::word_for(const std::string& placeholder, const std::string& value) const {
  const auto words = values.find(placeholder);
  if (words == values.end()) return value;
  const auto word = words->second.find(value);
  return word == words->second.end() ? value : word->second;
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

Result<Implementation> from_command_lines(const CommandLines& lines, const Places& places) {
  Implementation made;
  made.name = lines.name;
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

Result<void> take_greeting(Implementation& implementation) {
  const auto& program = *implementation.adapter;
  const auto greeting = Adapter(program.words.fill(implementation.places), program.protocol).greet({});
  if (!greeting.answer.is_object()) return fail("hello: {}", told(greeting));
  implementation.name = greeting.answer.at("name");
  if (greeting.answer.contains("features"))
    implementation.features = greeting.answer["features"].get<std::set<std::string>>();
  return perform_by_adapter(implementation, greeting.answer.at("operations"));
}

std::optional<fs::path> find_program(const std::string& program) {
  const auto runs = [](const fs::path& file) {
    std::error_code error;
    return fs::is_regular_file(file, error) && ::access(file.c_str(), X_OK) == 0;
  };
  if (program.find('/') != std::string::npos) return runs(program) ? std::optional<fs::path>(program) : std::nullopt;
  const char* path = std::getenv("PATH");
  std::istringstream folders(path ? path : "/usr/bin:/bin");
  for (std::string folder; std::getline(folders, folder, ':');)
    if (const auto file = fs::path(folder.empty() ? "." : folder) / program; runs(file)) return file;
  return std::nullopt;
}

std::string why_absent(const Implementation& implementation) {
  Values filled = implementation.places;
  for (const auto& [op, command] : implementation.commands) {
    for (const auto& later : placeholders(op)) filled.emplace(later, "");
    if (const auto program = command.words.fill(filled)[0]; !find_program(program))
      return fmt::format("there is no program {}", program);
  }
  for (const auto& need : implementation.needs)
    if (const auto program = need.fill(filled)[0]; !find_program(program))
      return fmt::format("there is no program {}", program);
  return {};
}

std::string ask_version(const Implementation& implementation) {
  if (!implementation.version_command) return implementation.adapter ? greeted_version(implementation) : std::string();
  ProcessRequest request{implementation.version_command->fill(implementation.places), {}, {}};
  const auto report = run_process(request);
  return report.ending == Ending::exited && report.exit == 0 ? first_line(report) : std::string();
}

}  // namespace conform
