// qcow2-model-adapter: the model at level 1, in process, without the program qcow2-model around its library.
//
// One request a line on standard input, one answer a line on standard output (docs/plugging-in.md; the messages have their
// schemas in implementations/protocol/). What is wrong with an image is an answer. What is wrong with a file or with a
// request ends the adapter, with a line on standard error.
#include <algorithm>
#include <cstdio>
#include <iostream>
#include <nlohmann/json.hpp>

#include "check.hpp"
#include "cli.hpp"
#include "files.hpp"
#include "output.hpp"

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

/// What reads as zeros is skipped, and so stays a hole in the output.
void copy(const Reader& reader, std::uint64_t begin, std::uint64_t end, cli::Output& output) {
  constexpr std::uint64_t piece = 1 << 20;
  Scratch scratch;
  std::vector<std::byte> buffer;
  for (std::uint64_t at = begin; at < end;) {
    const auto extent = cli::value_or_refuse(reader.extent_at({at}));
    const std::uint64_t length = std::min({extent.length, end - at, extent.zero ? end : piece});
    if (!extent.zero) {
      buffer.resize(length);
      cli::value_or_refuse(reader.read({at}, buffer, scratch));
      output.write_at(at - begin, buffer);
    }
    at += length;
  }
}

Json read(const Json& request) {
  const auto image = cli::open_image_chain(request.at("image").get<std::string>());
  const std::uint64_t size = image->reader->size();
  const std::uint64_t offset = request.value("offset", std::uint64_t{0});
  const std::uint64_t length = request.value("length", size - std::min(size, offset));
  if (offset > size || length > size - offset) return {{"answer", "reject"}, {"message", "range-past-end"}};
  const auto output = cli::open_output(request.at("out").get<std::string>());
  copy(*image->reader, offset, offset + length, *output);
  output->finish(length);
  return {{"answer", "accept"}};
}

Json check(const Json& request) {
  const auto file = cli::open_file(request.at("image").get<std::string>());
  const auto image = cli::value_or_refuse(open_image(file->source));
  const auto found = qcow2::check(image, {}, [](const Finding&) {});
  return {{"answer", found.corruptions > 0 ? "corrupt" : found.leaks > 0 ? "leaks" : "clean"}};
}

Json answer(const Json& request) {
  const std::string op = request.at("op");
  try {
    if (op == "hello") return hello();
    if (op == "bye") return Json::object();
    return op == "check" ? check(request) : read(request);
  } catch (const cli::Refusal& refusal) {
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
