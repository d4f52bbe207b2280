// JSON files, read whole and checked against a JSON Schema before anything is taken out of them.
#pragma once

#include <filesystem>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>

#include "base/result.hpp"

namespace conform {

using Json = nlohmann::json;

Result<Json> load_json(const std::filesystem::path& file);

/// A number, or a string such as "0x1f" (64-bit values are written so).
Result<std::uint64_t> as_uint64(const Json& value);

/// A JSON Schema, compiled once and used for many documents.
class JsonSchema {
 public:
  /// The file's whole schema, or the one of its "definitions" that is named.
  static Result<JsonSchema> load(const std::filesystem::path& file, const std::string& definition = "");

  /// The first violation as "where: what", or nothing.
  Result<void> validate(const Json& document) const;

  JsonSchema(JsonSchema&&) noexcept;
  JsonSchema& operator=(JsonSchema&&) noexcept;
  ~JsonSchema();

 private:
  struct Compiled;
  explicit JsonSchema(std::unique_ptr<Compiled> compiled);
  std::unique_ptr<Compiled> compiled_;
};

}  // namespace conform
