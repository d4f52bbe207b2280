// qcow2-model-adapter: the model at level 1, in process, without the program qcow2-model around its library.
//
// One request a line on standard input, one answer a line on standard output (docs/plugging-in.md; the messages have
// their schemas in implementations/protocol/schema.json). Each read-range has a thread of its own, so that several can
// be open; any other request waits until those are answered. What is wrong with an image is an answer. What is wrong
// with a file or with a request ends the adapter, with a line on standard error.
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <mutex>
#include <nlohmann/json.hpp>
#include <optional>
#include <thread>
#include <vector>

#include "check/check.hpp"
#include "files/chain.hpp"
#include "files/change_file.hpp"
#include "files/delivery.hpp"
#include "files/errors.hpp"
#include "files/map_text.hpp"
#include "files/repair_file.hpp"
#include "files/steps.hpp"

namespace {

using Json = nlohmann::json;
using namespace qcow2;

constexpr std::size_t open_max = 8;  // requests that are not answered
constexpr std::size_t threads_max = 8 * open_max;

Json hello() {
  return {{"protocol", 1},
          {"name", "model"},
          {"version", QCOW2_CONFORM_VERSION},
          {"operations", {"read", "read-range", "read-snapshot", "read-parallel", "map", "check", "repair", "modify"}},
          {"parallel", open_max},
          {"features",
           {"deflate", "zstd", "extended-l2", "v2", "backing-file", "snapshot", "external-data-file",
            "standard-clusters", "zero-clusters"}}};
}

Json read(const Json& request) {
  const auto image = value_or_refuse(open_image_chain(request.at("image").get<std::string>()));
  if (request.contains("snapshot")) value_or_refuse(switch_to_snapshot(*image, request["snapshot"].get<std::string>()));
  std::optional<std::uint64_t> length;
  if (request.contains("length")) length = request["length"].get<std::uint64_t>();
  deliver(*image->reader, request.value("offset", std::uint64_t{0}), length, request.at("out").get<std::string>(), 1);
  return {{"answer", "accept"}};
}

Json map(const Json& request) {
  const auto image = value_or_refuse(open_image_chain(request.at("image").get<std::string>()));
  std::ofstream out(request.at("out").get<std::string>());
  const char* before = "[";
  value_or_refuse(map_disk(*image->reader, [&](const MapRow& row) {
    out << before << map_text(row);
    before = ",\n";
  }));
  out << (*before == '[' ? "[]" : "]") << std::flush;
  if (!out) throw UsageError("the map cannot be written");
  return {{"answer", "accept"}};
}

constexpr std::size_t places_max = 100;  // that an answer names: it is one line

/// What is at fault has a place as far as the finding has one.
Json place_of(const Finding& finding) {
  Json place = Json::object();
  const Where& where = finding.violation.where;
  if (where.host_offset) place["host_offset"] = *where.host_offset;
  if (where.guest_offset) place["guest_offset"] = *where.guest_offset;
  return place;
}

Json check(const Json& request) {
  const auto file = open_file(request.at("image").get<std::string>());
  Json places = Json::array();
  const auto found = qcow2::check(value_or_refuse(open_image(file->source)), {}, [&places](const Finding& finding) {
    if (finding.severity == Severity::note || places.size() == places_max) return;
    if (Json place = place_of(finding); !place.empty()) places.push_back(std::move(place));
  });
  return {{"answer", found.corruptions > 0 ? "corrupt" : found.leaks > 0 ? "leaks" : "clean"}, {"found", places}};
}

/// All is mended when a check of every stream finds nothing afterwards.
Json repair(const Json& request) {
  const std::string path = request.at("image");
  {
    const auto file = open_file(path);
    value_or_refuse(repair_file(*file, value_or_refuse(open_image(file->source)), RepairMode::replace));
  }
  const auto file = open_file(path);
  const auto left = qcow2::check(value_or_refuse(open_image(file->source)), {.deep = true}, [](const Finding&) {});
  return {{"answer", left.corruptions + left.leaks > 0 ? "reject" : "accept"}};
}

Json modify(const Json& request) {
  const std::string path = request.at("image");
  const auto steps = parse_steps(request.at("steps").dump());
  const auto image = value_or_refuse(open_image_chain(path));
  value_or_refuse(change_file(*image, steps.steps, {.image = path, .backing = {}}, {}));
  return {{"answer", "accept"}};
}

Json answer(const Json& request) {
  const std::string op = request.at("op");
  try {
    if (op == "hello") return hello();
    if (op == "bye") return Json::object();
    if (op == "map") return map(request);
    if (op == "check") return check(request);
    if (op == "repair") return repair(request);
    return op == "modify" ? modify(request) : read(request);
  } catch (const Refusal& refusal) {
    return {{"answer", "reject"}, {"message", refusal.what()}};
  }
}

[[noreturn]] void die(const std::exception& error) {
  std::fprintf(stderr, "qcow2-model-adapter: %s\n", error.what());
  std::_Exit(2);
}

void serve(const Json& request) {
  static std::mutex one_line;
  Json message = answer(request);
  message["seq"] = request.at("seq");
  const std::lock_guard lock(one_line);
  std::cout << message.dump() << std::endl;
}

void serve_beside_others(const Json& request) noexcept try { serve(request); } catch (const std::exception& error) {
  die(error);
}

}  // namespace

int main() try {
  std::vector<std::jthread> open;
  for (std::string line; std::getline(std::cin, line);) {
    const Json request = Json::parse(line);
    if (request.at("op") == "read-range") {
      if (open.size() == threads_max) open.clear();  // most have ended long since
      open.emplace_back(serve_beside_others, request);
      continue;
    }
    open.clear();
    serve(request);
    if (request["op"] == "bye") break;
  }
} catch (const std::exception& error) {
  die(error);
}
