#include "files/steps.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <fstream>
#include <iostream>
#include <nlohmann/json.hpp>

#include "files/errors.hpp"

namespace qcow2 {

namespace {

using change::Content;
using change::Step;
using Json = nlohmann::ordered_json;

/// A number, or a string of one, such as "0x10000".
std::uint64_t number(const Json& json) {
  if (json.is_number_unsigned()) return json.get<std::uint64_t>();
  const std::string text = json.is_string() ? json.get<std::string>() : std::string();
  const bool hex = text.starts_with("0x");
  std::uint64_t value = 0;
  const auto [stop, error] =
      std::from_chars(text.data() + (hex ? 2 : 0), text.data() + text.size(), value, hex ? 16 : 10);
  if (error != std::errc{} || stop != text.data() + text.size())
    throw UsageError(json.dump(-1, ' ', false, Json::error_handler_t::replace) + " is not a number of bytes");
  return value;
}

Content byte_content(const Json& stated) {
  const std::uint64_t value = number(stated);
  if (value > 255) throw UsageError(fmt::format("byte {}: expected 0 to 255", value));
  return
      [byte = static_cast<std::byte>(value)](std::uint64_t, std::span<std::byte> out) { std::ranges::fill(out, byte); };
}

/// Bytes of a file, zeros after its end.
Content file_content(const OpenFile& file) {
  return [&source = file.source](std::uint64_t at, std::span<std::byte> out) {
    std::ranges::fill(out.subspan(source.read_at({at}, out)), std::byte{0});
  };
}

template <class Written>
Step written(const Json& stated, Steps& steps) {
  Written step;
  step.offset = {number(stated.at("offset"))};
  if (stated.contains("file")) {
    const OpenFile& file = *steps.files.emplace_back(open_file(stated["file"].get<std::string>()));
    step.content = file_content(file);
    step.length = file.source.size();
  } else {
    step.content = byte_content(stated.at("byte"));
  }
  if (stated.contains("length") || !stated.contains("file")) step.length = number(stated.at("length"));
  return step;
}

template <class Ranged>
Step ranged(const Json& stated) {
  return Ranged{.offset = {number(stated.at("offset"))}, .length = number(stated.at("length"))};
}

/// The name and its format, or null where there is to be no backing file.
Step rebase(const Json& stated) {
  change::Rebase step;
  if (stated.is_null()) return step;
  step.name = stated.at("backing_file").get<std::string>();
  step.format = stated.value("format", std::string());
  return step;
}

template <class Named>
Step named(const Json& stated) {
  return Named{(stated.is_object() ? stated.at("name") : stated).get<std::string>()};
}

Step load_step(const Json& json, Steps& steps) {
  if (!json.is_object() || json.size() != 1) throw UsageError("a step must be an object with one key");
  const auto entry = json.begin();
  const std::string& kind = entry.key();
  const Json& stated = entry.value();
  if (kind == "write") return written<change::Write>(stated, steps);
  if (kind == "write_compressed") return written<change::WriteCompressed>(stated, steps);
  if (kind == "write_zeroes") return ranged<change::WriteZeroes>(stated);
  if (kind == "discard") return ranged<change::Discard>(stated);
  if (kind == "resize") return change::Resize{number(stated)};
  if (kind == "flush") return change::Flush{};
  if (kind == "snapshot_create") return named<change::SnapshotCreate>(stated);
  if (kind == "snapshot_apply") return named<change::SnapshotApply>(stated);
  if (kind == "snapshot_delete") return named<change::SnapshotDelete>(stated);
  if (kind == "commit") return change::Commit{};
  if (kind == "rebase") return rebase(stated);
  throw UsageError(fmt::format("unknown step '{}'", kind));
}

Steps all_steps(const Json& json) {
  if (!json.is_array()) throw UsageError("expected a list of steps");
  Steps steps;
  for (const Json& step : json) steps.steps.push_back(load_step(step, steps));
  return steps;
}

Json parse(const std::string& path) {
  if (path == "-") return Json::parse(std::cin);
  std::ifstream file(path, std::ios::binary);
  if (!file) throw UsageError(fmt::format("cannot open '{}'", path));
  return Json::parse(file);
}

}  // namespace

Steps load_steps(const std::string& path) try { return all_steps(parse(path)); } catch (const std::exception& error) {
  throw UsageError(fmt::format("the steps in '{}': {}", path, error.what()));
}

Steps parse_steps(const std::string& text) try {
  return all_steps(Json::parse(text));
} catch (const std::exception& error) {
  throw UsageError(fmt::format("the steps: {}", error.what()));
}

}  // namespace qcow2
