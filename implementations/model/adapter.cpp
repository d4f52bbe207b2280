// qcow2-model-adapter: the model at level 1, in process, without the program qcow2-model around its library.
//
// One request a line on standard input, one answer a line on standard output (docs/plugging-in.md; the messages have
// their schemas in implementations/protocol/schema.json). What is wrong with an image is an answer. What is wrong with
// a file or with a request ends the adapter, with a line on standard error.
#include <cstdio>
#include <iostream>
#include <nlohmann/json.hpp>
#include <optional>

#include "check/check.hpp"
#include "files/chain.hpp"
#include "files/delivery.hpp"
#include "files/errors.hpp"

namespace {

using Json = nlohmann::json;
using namespace qcow2;

Json hello() {
  return {{"protocol", 1},
          {"name", "model"},
          {"version", QCOW2_CONFORM_VERSION},
          {"operations", {"read", "read-range", "check"}},
          {"features",
           {"deflate", "zstd", "extended-l2", "v2", "backing-file", "snapshot", "external-data-file",
            "standard-clusters", "zero-clusters"}}};
}

Json read(const Json& request) {
  const auto image = value_or_refuse(open_image_chain(request.at("image").get<std::string>()));
  std::optional<std::uint64_t> length;
  if (request.contains("length")) length = request["length"].get<std::uint64_t>();
  deliver(*image->reader, request.value("offset", std::uint64_t{0}), length, request.at("out").get<std::string>(), 1);
  return {{"answer", "accept"}};
}

Json check(const Json& request) {
  const auto file = open_file(request.at("image").get<std::string>());
  const auto image = value_or_refuse(open_image(file->source));
  const auto found = qcow2::check(image, {}, [](const Finding&) {});
  return {{"answer", found.corruptions > 0 ? "corrupt" : found.leaks > 0 ? "leaks" : "clean"}};
}

Json answer(const Json& request) {
  const std::string op = request.at("op");
  try {
    if (op == "hello") return hello();
    if (op == "bye") return Json::object();
    return op == "check" ? check(request) : read(request);
  } catch (const Refusal& refusal) {
    return {{"answer", "reject"}, {"message", refusal.what()}};
  }
}

}  // namespace

int main() try {
  for (std::string line; std::getline(std::cin, line);) {
    const Json request = Json::parse(line);
    Json message = answer(request);
    message["seq"] = request.at("seq");
    std::cout << message.dump() << std::endl;
    if (request["op"] == "bye") break;
  }
} catch (const std::exception& error) {
  std::fprintf(stderr, "qcow2-model-adapter: %s\n", error.what());
  return 2;
}
