#include "cli/chosen.hpp"

#include <fmt/ranges.h>

#include <set>

#include "command_line/closest.hpp"
#include "implementation/command_lines.hpp"
#include "implementation/introduction.hpp"

namespace conform::cli {
namespace {

namespace fs = std::filesystem;

constexpr std::pair<Op, const char*> flags[] = {
    {Op::read, "--read-cmd"},   {Op::read_range, "--range-cmd"}, {Op::read_snapshot, "--snapshot-cmd"},
    {Op::map, "--map-cmd"},     {Op::check, "--check-cmd"},      {Op::repair, "--repair-cmd"},
    {Op::write, "--write-cmd"}, {Op::modify, "--modify-cmd"}};

const char* help(Op op) {
  switch (op) {
    case Op::read: return "Reads {image} into {out}, or to standard output; exit 0: accepted";
    case Op::read_range: return "Reads {length} bytes from {offset} on, as above";
    case Op::read_snapshot: return "Reads the disk of the internal snapshot {snapshot}, as above";
    case Op::map: return "Maps {image} into {out}, or to standard output, as qemu-img map --output=json does";
    case Op::check: return "Checks {image}; exit 0: clean, 2: corrupt, 3: leaks";
    case Op::repair: return "Repairs {image}; exit 0: nothing is left to repair, --reject-exit: something is";
    case Op::write:
      return "Writes the disk {raw} into a new {image}, with {cluster_bits}, {compression}, {refcount_bits}";
    case Op::modify: return "Changes {image} by the steps in the JSON file {steps}";
    case Op::read_parallel: break;  // only a server can
  }
  return "";
}

/// A path below where we are says so: what runs a case again is then the same for everybody.
std::string from_here(const fs::path& file) {
  const auto below = file.lexically_proximate(fs::current_path());
  return file.is_relative() || below.empty() || *below.begin() == ".." ? file.string() : below.string();
}

std::vector<std::string> names_in(const fs::path& folder) {
  std::vector<std::string> names;
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(folder, error))
    if (entry.path().extension() == ".json" && entry.path().stem() != "schema") names.push_back(entry.path().stem());
  return names;
}

Result<Implementation> named(const std::string& name, const Places& places) {
  const bool is_file = name.find('/') != std::string::npos || name.ends_with(".json");
  const fs::path file = is_file ? fs::path(name) : places.implementations / (name + ".json");
  if (!is_file && !fs::exists(file))
    return fail("no implementation {} in {}{}", name, places.implementations.string(),
                command_line::did_you_mean(name, names_in(places.implementations)));
  auto one = load_implementation(file, places);
  if (one) one->arguments = {"--impl", is_file ? from_here(file) : name};
  return one;
}

Result<std::vector<Implementation>> all(const Places& places) {
  auto implementations = load_implementations(places);
  if (implementations)
    for (auto& one : *implementations) one.arguments = {"--impl", one.name};
  return implementations;
}

}  // namespace

void ImplementationOptions::add_to(Command& command) {
  command.options("--impl", files, "NAME|FILE", "An implementation of the folder, or a file (repeatable)");
  for (const auto& [op, flag] : flags) command.option(flag, command_lines[op], "COMMAND", help(op));
  command.option("--nbd-cmd", server, "COMMAND", "A server that serves {image} by NBD at the Unix socket {socket}");
  command.options("--adapter", adapters, "COMMAND", "A reader that stays up and answers requests (repeatable)")
      .numbers("--reject-exit", reject_exits, 1, 255, "Exit statuses of these commands that mean refused")
      .list("--features", features, "NAME,…",
            "Features that these commands support; refusing any other counts as `unsupported`")
      .option("--name", name, "NAME", "Their name in reports");
}

Result<std::vector<Implementation>> ImplementationOptions::choose(const Places& places) const {
  CommandLines lines{name, {}, reject_exits, {}, {}};
  if (!features.empty()) lines.features = std::set(features.begin(), features.end());
  std::vector<std::string> arguments;
  for (const auto& [op, flag] : flags)
    if (const auto given = command_lines.find(op); given != command_lines.end() && given->second) {
      lines.commands[op] = *given->second;
      arguments.insert(arguments.end(), {flag, *given->second});
    }
  if (server) {
    lines.server = *server;
    arguments.insert(arguments.end(), {"--nbd-cmd", *server});
  }
  const bool has_lines = !lines.commands.empty() || server;
  if (files.empty() && !has_lines && adapters.empty()) return all(places);
  std::vector<Implementation> chosen;
  for (const auto& file : files) {
    auto one = named(file, places);
    if (!one) return tl::unexpected(one.error());
    chosen.push_back(std::move(*one));
  }
  if (has_lines) {
    auto one = from_command_lines(lines, places);
    if (!one) return tl::unexpected(one.error());
    if (reject_exits != std::vector{1})
      arguments.insert(arguments.end(), {"--reject-exit", fmt::format("{}", fmt::join(reject_exits, ","))});
    if (!features.empty())
      arguments.insert(arguments.end(), {"--features", fmt::format("{}", fmt::join(features, ","))});
    if (name != ImplementationOptions{}.name) arguments.insert(arguments.end(), {"--name", name});
    one->arguments = std::move(arguments);
    chosen.push_back(std::move(*one));
  }
  for (const auto& line : adapters) {
    auto one = from_adapter_line(line, places);
    if (!one) return tl::unexpected(one.error());
    one->arguments = {"--adapter", line};
    chosen.push_back(std::move(*one));
  }
  return chosen;
}

Result<void> greet_adapters(std::vector<Implementation>& implementations) {
  for (auto& one : implementations)
    if (one.name.empty())
      if (auto taken = take_greeting(one); !taken) return tl::unexpected(taken.error());
  return {};
}

Result<void> tell_apart(const std::vector<Implementation>& implementations) {
  std::set<std::string> names;
  for (const auto& one : implementations)
    if (!names.insert(one.name).second) return fail("two implementations are named {}", one.name);
  return {};
}

}  // namespace conform::cli
